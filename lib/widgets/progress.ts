import * as check from './check';
import type { Json } from './kernel';
import { named } from './slider';
import { ValueWidget, type WidgetOptions } from './widget';

export type BarStyle = '' | 'info' | 'success' | 'warning' | 'danger';

export interface ProgressOptions extends Omit<WidgetOptions, 'disabled'> {
  /** 0 by default. */
  readonly min?: number;
  /** 1 by default. */
  readonly max?: number;
  readonly value?: number;
  readonly color?: BarStyle;
}

const colors: readonly BarStyle[] = ['', 'info', 'success', 'warning', 'danger'];

/** A bar that fills. */
export class Progress extends ValueWidget<number> {
  constructor(options: ProgressOptions = {}) {
    const { min = 0, max = 1, color = '' } = options;
    check.range('progress', min, max);
    super(
      { module: 'controls', name: 'FloatProgress', view: 'ProgressView', style: 'ProgressStyle' },
      {
        bar_style: check.oneOf('progress: color', color, colors),
        max,
        min,
        orientation: 'horizontal',
        value: check.between('progress: value', options.value ?? min, min, max),
      },
      options,
      { bar_color: null },
    );
  }

  get min(): number {
    return this.model.get('min') as number;
  }
  get max(): number {
    return this.model.get('max') as number;
  }

  get color(): BarStyle {
    return this.model.get('bar_style') as BarStyle;
  }
  set color(color: BarStyle) {
    this.model.set({ bar_style: check.oneOf('progress: color', color, colors) });
  }

  protected encode(value: number): Json {
    return check.between('progress: value', value, this.min, this.max);
  }
  protected decode(stored: Json): number {
    return stored as number;
  }

  get text(): string {
    return `${named('progress', this.label)}: ${this.value} of ${this.max}`;
  }
}

export const progress = (options?: ProgressOptions): Progress => new Progress(options);
