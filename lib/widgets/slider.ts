import * as check from './check';
import type { Json } from './kernel';
import { ValueWidget, type WidgetOptions } from './widget';

export interface SliderOptions extends WidgetOptions {
  /** 0 by default. */
  readonly min?: number;
  /** 100 by default. */
  readonly max?: number;
  /** By default 1 where both ends are whole and at least 5 apart, else a hundredth of the way. */
  readonly step?: number;
  /** By default the lower end. */
  readonly value?: number;
  /** Tells values while it is moved (the default), or only when it is let go. */
  readonly continuous?: boolean;
  readonly vertical?: boolean;
  /** How the number is written, in d3's language: `'.3f'`, `'.1e'`, `'.0%'`. By default with as many digits as the step. */
  readonly format?: string;
}

/** A slider for whole numbers if its ends, step and value are whole, else for any. */
export class Slider extends ValueWidget<number> {
  readonly isWhole: boolean;

  constructor(options: SliderOptions = {}) {
    const { min = 0, max = 100, continuous = true, vertical = false, disabled = false } = options;
    check.range('slider', min, max);
    const far = Number.isInteger(min) && Number.isInteger(max) && max - min >= 5;
    const step = check.positive('slider: step', options.step ?? (far ? 1 : (max - min) / 100));
    const value = check.between('slider: value', options.value ?? min, min, max);
    const isWhole = [min, max, step, value].every(Number.isInteger);
    super(
      { module: 'controls', name: isWhole ? 'IntSlider' : 'FloatSlider', style: 'SliderStyle' },
      {
        behavior: 'drag-tap',
        continuous_update: check.boolean('slider: continuous', continuous),
        disabled: check.boolean('slider: disabled', disabled),
        max,
        min,
        orientation: check.boolean('slider: vertical', vertical) ? 'vertical' : 'horizontal',
        readout: true,
        readout_format: check.string('slider: format', options.format ?? (isWhole ? 'd' : `.${digits(step)}f`)),
        step,
        value,
      },
      options,
      { handle_color: null },
    );
    this.isWhole = isWhole;
  }

  get min(): number {
    return this.model.get('min') as number;
  }
  get max(): number {
    return this.model.get('max') as number;
  }
  get step(): number {
    return this.model.get('step') as number;
  }

  protected encode(value: number): Json {
    const checked = check.between('slider: value', value, this.min, this.max);
    return this.isWhole ? check.whole('slider: value', checked) : checked;
  }
  protected decode(stored: Json): number {
    return stored as number;
  }

  get text(): string {
    return `${named('slider', this.label)} = ${this.value} (${this.min} … ${this.max})`;
  }
}

/** A slider. @throws UserError where the ends, step or value do not go together */
export const slider = (options?: SliderOptions): Slider => new Slider(options);

export const named = (kind: string, label: string): string => (label ? `${kind} ${label}` : kind);

/** Digits behind the point that tell one step from the next. */
function digits(step: number): number {
  const places = Math.ceil(-Math.log10(step) - 1e-9);
  const shown = Math.max(0, Math.min(8, places));
  return Number(step.toFixed(shown)) === step ? shown : Math.min(8, shown + 1);
}

export interface PlayOptions {
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly value?: number;
  /** Milliseconds between two values. */
  readonly interval?: number;
  /** Begins again at its end. */
  readonly repeat?: boolean;
  readonly label?: string;
}

/** Plays through whole numbers; linked to a slider it runs in the page, without the kernel. */
export class Play extends ValueWidget<number> {
  constructor(options: PlayOptions = {}) {
    const { min = 0, max = 100, step = 1, interval = 100, repeat = false } = options;
    check.range('play', check.whole('play: min', min), check.whole('play: max', max));
    super(
      { module: 'controls', name: 'Play', style: 'DescriptionStyle' },
      {
        disabled: false,
        interval: check.positive('play: interval', interval),
        max,
        min,
        playing: false,
        repeat: check.boolean('play: repeat', repeat),
        show_repeat: true,
        step: check.positive('play: step', check.whole('play: step', step)),
        value: check.between('play: value', options.value ?? min, min, max),
      },
      options,
    );
  }

  get playing(): boolean {
    return this.model.get('playing') === true;
  }
  set playing(playing: boolean) {
    this.model.set({ playing: check.boolean('play: playing', playing) });
  }

  protected encode(value: number): Json {
    const { min, max } = { min: this.model.get('min') as number, max: this.model.get('max') as number };
    return check.between('play: value', check.whole('play: value', value), min, max);
  }
  protected decode(stored: Json): number {
    return stored as number;
  }

  get text(): string {
    return `${named('play', this.label)} = ${this.value} (${this.model.get('min')} … ${this.model.get('max')})`;
  }
}

export const play = (options?: PlayOptions): Play => new Play(options);
