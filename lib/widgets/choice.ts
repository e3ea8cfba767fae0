import { UserError } from '../errors';
import * as check from './check';
import type { Json } from './kernel';
import { named } from './slider';
import { ValueWidget, type WidgetOptions } from './widget';

export interface ChoiceOptions<T> extends WidgetOptions {
  /** The values, each shown as text; or values by what they are called. */
  readonly options: readonly T[] | Readonly<Record<string, T>>;
  /** By default the first. */
  readonly value?: T;
}

/** One of several values, of any type: a menu or a row of buttons. */
export class Choice<T> extends ValueWidget<T> {
  readonly labels: readonly string[];
  private readonly values: readonly T[];

  constructor(
    private readonly kind: 'dropdown' | 'toggleButtons',
    options: ChoiceOptions<T>,
  ) {
    const given: unknown = options?.options;
    if (typeof given !== 'object' || given === null) {
      throw new UserError(`${kind}: options is ${String(given)}; it must be a list, or values by their names.`);
    }
    const values: readonly T[] = Object.values(given);
    const labels = Array.isArray(given) ? values.map(String) : Object.keys(given);
    if (values.length === 0) throw new UserError(`${kind}: options is empty; it needs at least one.`);
    const chosen = 'value' in options ? options.value : values[0];
    check.oneOf(`${kind}: value`, chosen, values);
    const buttons = { button_style: '', icons: [], tooltips: [] };
    super(
      kind === 'dropdown'
        ? { module: 'controls', name: 'Dropdown', style: 'DescriptionStyle' }
        : { module: 'controls', name: 'ToggleButtons', style: 'ToggleButtonsStyle' },
      {
        ...(kind === 'toggleButtons' && buttons),
        _options_labels: labels,
        disabled: check.boolean(`${kind}: disabled`, options.disabled ?? false),
        index: values.indexOf(chosen as T),
      },
      options,
      kind === 'dropdown' ? {} : { button_width: '', font_weight: '' },
      'index',
    );
    this.values = values;
    this.labels = labels;
  }

  protected encode(value: T): Json {
    return this.values.indexOf(check.oneOf(`${this.kind}: value`, value, this.values));
  }
  protected decode(stored: Json): T {
    return this.values[stored as number];
  }

  get text(): string {
    const chosen = this.labels[this.model.get('index') as number];
    return `${named('choice', this.label)} = ${chosen} (of ${this.labels.join(', ')})`;
  }
}

export const dropdown = <const T>(options: ChoiceOptions<T>): Choice<T> => new Choice('dropdown', options);
export const toggleButtons = <const T>(options: ChoiceOptions<T>): Choice<T> => new Choice('toggleButtons', options);
