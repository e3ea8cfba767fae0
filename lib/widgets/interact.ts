import { UserError } from '../errors';
import { Box } from './box';
import { type Button, button } from './button';
import { type Choice, dropdown } from './choice';
import { capture } from './kernel';
import { unlessAborted } from './latest';
import { Output } from './output';
import { type Slider, slider } from './slider';
import { type Checkbox, type Text, checkbox, text } from './text';
import { ValueWidget, type Widget } from './widget';

/** A widget, or what stands for one: `[0, 4]` and `[0, 4, 0.1]` a slider, `['a', 'b']` a menu, `true` a box to tick, `'x'` a field. */
export type Control =
  | ValueWidget<never>
  | readonly [min: number, max: number]
  | readonly [min: number, max: number, step: number]
  | readonly string[]
  | boolean
  | string;

type ValueOf<C> =
  C extends ValueWidget<infer V>
    ? V
    : C extends readonly number[]
      ? number
      : C extends readonly (infer S)[]
        ? S
        : C extends boolean
          ? boolean
          : string;

export type Values<C> = { readonly [Name in keyof C]: ValueOf<C[Name]> };

type WidgetOf<C> =
  C extends ValueWidget<never>
    ? C
    : C extends readonly number[]
      ? Slider
      : C extends readonly (infer S)[]
        ? Choice<S>
        : C extends boolean
          ? Checkbox
          : Text;

export interface Run {
  /** Aborted when newer values have come, or at an interrupt: what runs long can look at it and end. */
  readonly signal: AbortSignal;
}

export interface InteractOptions {
  /** Run only when this button is pressed: for what takes long. */
  readonly button?: string;
}

class Place extends Output {
  start(work: () => unknown, controller: AbortController): unknown {
    return this.run(work, controller);
  }
  end(): void {
    this.settle();
  }
}

/** Controls, and under them what a function makes of their values. */
export class Interaction<C extends Readonly<Record<string, unknown>>> extends Box {
  /** Where the function prints and shows. */
  readonly output: Output;
  readonly controls: { readonly [Name in keyof C]: WidgetOf<C[Name]> };
  private readonly place: Place;
  private running: { controller: AbortController; done: Promise<void> } | undefined;
  /** Newer values wait: runs code as part of the event that brought them. */
  private again: (<T>(work: () => T) => T) | undefined;

  constructor(
    private readonly work: (values: Values<C>, run: Run) => unknown,
    controls: C,
    options: InteractOptions = {},
  ) {
    if (typeof work !== 'function') throw new UserError(`interact: ${String(work)} is no function.`);
    const widgets = Object.fromEntries(Object.entries(controls).map(([name, one]) => [name, widgetOf(name, one)]));
    const place = new Place();
    const start: Button | undefined = options.button === undefined ? undefined : button({ label: options.button });
    super('VBox', [...Object.values(widgets), ...(start ? [start] : []), place] as Widget[]);
    this.output = this.place = place;
    this.controls = widgets as typeof this.controls;
    if (start) {
      start.onClick(() => this.update());
    } else {
      for (const widget of Object.values(widgets)) widget.onEach(() => this.update());
      void this.update();
    }
  }

  get values(): Values<C> {
    return Object.fromEntries(
      Object.entries(this.controls).map(([name, widget]) => [name, (widget as ValueWidget<unknown>).value]),
    ) as Values<C>;
  }

  /**
   * Runs the function with the values as they are. While it runs, it is told to end and is run once more afterwards, with
   * the latest values.
   * @returns a promise that it has run with these values or later ones; undefined where it has already
   */
  update(): Promise<void> | undefined {
    if (this.running) {
      this.again = capture().bind();
      this.running.controller.abort(new Error('newer values have come'));
      return this.running.done;
    }
    const { controller, work } = this.once();
    if (!(work instanceof Promise)) return undefined;
    this.running = { controller, done: this.rest(work) };
    return this.running.done;
  }

  private once(): { controller: AbortController; work: unknown } {
    const controller = new AbortController();
    this.place.clear(true);
    const work = this.place.start(() => {
      const result = this.work(this.values, { signal: controller.signal });
      return result instanceof Promise ? result.then((value) => this.shown(value, controller)) : result;
    }, controller);
    if (work instanceof Promise) return { controller, work };
    return { controller, work: work === undefined ? this.place.end() : this.shown(work, controller) };
  }

  private async shown(value: unknown, { signal }: AbortController): Promise<void> {
    if (!signal.aborted) await this.place.append(value);
    this.place.end();
  }

  private async rest(first: Promise<unknown>): Promise<void> {
    const interrupt = capture().signal();
    try {
      await unlessAborted(first, interrupt);
      for (let enter = this.again; enter; enter = this.again) {
        this.again = undefined;
        const { controller, work } = enter(() => this.once());
        if (this.running) this.running.controller = controller;
        await unlessAborted(work, interrupt);
      }
    } finally {
      this.again = undefined;
      this.running = undefined;
    }
  }
}

function widgetOf(name: string, control: unknown): ValueWidget<unknown> {
  if (control instanceof ValueWidget) return control;
  if (typeof control === 'boolean') return checkbox({ label: name, value: control });
  if (typeof control === 'string') return text({ label: name, value: control, continuous: false });
  if (Array.isArray(control) && control.length > 0) {
    const list: readonly unknown[] = control;
    if (list.every((one) => typeof one === 'string')) return dropdown({ label: name, options: list });
    const [min, max, step] = list as readonly number[];
    if (list.every((one) => typeof one === 'number') && (list.length === 2 || list.length === 3)) {
      return slider({ label: name, min, max, ...(step !== undefined && { step }) });
    }
  }
  throw new UserError(
    `interact: ${name} is ${JSON.stringify(control)}; it must be a widget, [min, max], [min, max, step], a list of texts, ` +
      'true, false or a text.',
  );
}

/**
 * Controls for a function's arguments, and a place for what it prints, shows and returns. It runs at once and again whenever
 * a value changes.
 * @example interact(({ beta, shape }) => draw(beta, shape), { beta: [0, 4], shape: ['round', 'square'] })
 */
export function interact<const C extends Readonly<Record<string, unknown>>>(
  work: (values: Values<C>, run: Run) => unknown,
  controls: C,
  options?: InteractOptions,
): Interaction<C> {
  return new Interaction(work, controls, options);
}
