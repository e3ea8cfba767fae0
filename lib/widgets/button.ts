import * as check from './check';
import { capture } from './kernel';
import { unlessAborted } from './latest';
import { Widget, type WidgetOptions } from './widget';

export type ButtonStyle = '' | 'primary' | 'success' | 'info' | 'warning' | 'danger';

export interface ButtonOptions extends WidgetOptions {
  readonly color?: ButtonStyle;
  /** Name of a Font Awesome icon: `'play'`. */
  readonly icon?: string;
}

const colors: readonly ButtonStyle[] = ['', 'primary', 'success', 'info', 'warning', 'danger'];

export class Button extends Widget {
  private readonly listeners = new Set<() => unknown>();

  constructor(options: ButtonOptions = {}) {
    const { label = '', color = '', icon = '', disabled = false } = options;
    super(
      { module: 'controls', name: 'Button', style: 'ButtonStyle' },
      {
        button_style: check.oneOf('button: color', color, colors),
        description: check.string('button: label', label),
        disabled: check.boolean('button: disabled', disabled),
        icon: check.string('button: icon', icon),
      },
      options,
      Object.fromEntries(
        ['button_color', 'text_color', 'text_decoration']
          .concat(['family', 'size', 'style', 'variant', 'weight'].map((name) => `font_${name}`))
          .map((name) => [name, null]),
      ),
    );
    this.model.onCustom = (content) => ((content as { event?: string }).event === 'click' ? this.click() : undefined);
  }

  get label(): string {
    return this.model.get('description') as string;
  }
  set label(label: string) {
    this.model.set({ description: check.string('button: label', label) });
  }
  get disabled(): boolean {
    return this.model.get('disabled') === true;
  }
  set disabled(disabled: boolean) {
    this.model.set({ disabled: check.boolean('button: disabled', disabled) });
  }

  /** Calls back at each click. While an async function works, the button cannot be pressed. @returns a function that ends it */
  onClick(callback: () => unknown): () => void {
    const listener = (): unknown => callback();
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Presses it. @returns a promise of the end of async callbacks */
  click(): Promise<void> | undefined {
    if (this.disabled) return undefined;
    const work = [...this.listeners].map((listener) => listener()).filter((one) => one instanceof Promise);
    return work.length > 0 ? this.during(work) : undefined;
  }

  private async during(work: readonly Promise<unknown>[]): Promise<void> {
    const signal = capture().signal();
    this.disabled = true;
    try {
      await unlessAborted(Promise.all(work), signal);
    } finally {
      this.disabled = false;
    }
  }

  get text(): string {
    return `[ ${this.label} ]`;
  }
}

export const button = (options?: ButtonOptions): Button => new Button(options);
