import * as check from './check';
import type { Json } from './kernel';
import { named } from './slider';
import { ValueWidget, type WidgetOptions } from './widget';

/** What ipywidgets shows in an empty field, so that it keeps its height. */
const EMPTY = '\u200b';

export interface CheckboxOptions extends WidgetOptions {
  readonly value?: boolean;
}

export class Checkbox extends ValueWidget<boolean> {
  constructor(options: CheckboxOptions = {}) {
    const { value = false, disabled = false } = options;
    super(
      { module: 'controls', name: 'Checkbox', style: 'CheckboxStyle' },
      {
        disabled: check.boolean('checkbox: disabled', disabled),
        indent: false,
        value: check.boolean('checkbox: value', value),
      },
      options,
      { background: null },
    );
  }

  protected encode(value: boolean): Json {
    return check.boolean('checkbox: value', value);
  }
  protected decode(stored: Json): boolean {
    return stored as boolean;
  }

  get text(): string {
    return `${this.value ? '[x]' : '[ ]'} ${this.label}`.trimEnd();
  }
}

export const checkbox = (options?: CheckboxOptions): Checkbox => new Checkbox(options);

export interface TextOptions extends WidgetOptions {
  readonly value?: string;
  /** Shown while it is empty. */
  readonly placeholder?: string;
  /** Tells every letter (the default), or only the text that was finished with Enter. */
  readonly continuous?: boolean;
}

/** A field for one line of text. */
export class Text extends ValueWidget<string> {
  constructor(options: TextOptions = {}) {
    const { value = '', placeholder = EMPTY, continuous = true, disabled = false } = options;
    super(
      { module: 'controls', name: 'Text', style: 'TextStyle' },
      {
        continuous_update: check.boolean('text: continuous', continuous),
        disabled: check.boolean('text: disabled', disabled),
        placeholder: check.string('text: placeholder', placeholder),
        value: check.string('text: value', value),
      },
      options,
      { background: null, font_size: null, text_color: null },
    );
  }

  protected encode(value: string): Json {
    return check.string('text: value', value);
  }
  protected decode(stored: Json): string {
    return stored as string;
  }

  get text(): string {
    return `${named('text', this.label)} = '${this.value}'`;
  }
}

export const text = (options?: TextOptions): Text => new Text(options);

/** Words, or HTML, that code may change. */
export class Label extends ValueWidget<string> {
  constructor(value: string, isHtml: boolean, options: Omit<WidgetOptions, 'disabled'> = {}) {
    const font = { font_family: null, font_style: null, font_variant: null, font_weight: null, text_decoration: null };
    super(
      { module: 'controls', name: isHtml ? 'HTML' : 'Label', style: isHtml ? 'HTMLStyle' : 'LabelStyle' },
      { placeholder: EMPTY, value: check.string(isHtml ? 'html' : 'label', value) },
      options,
      { background: null, font_size: null, text_color: null, ...(!isHtml && font) },
    );
  }

  protected encode(value: string): Json {
    return check.string('label: value', value);
  }
  protected decode(stored: Json): string {
    return stored as string;
  }

  get text(): string {
    return this.value.replace(/<[^>]*>/g, '');
  }
}

export const label = (value: string, options?: Omit<WidgetOptions, 'disabled'>): Label =>
  new Label(value, false, options);

/** HTML as it stands: escape what comes from elsewhere. */
export const html = (value: string, options?: Omit<WidgetOptions, 'disabled'>): Label =>
  new Label(value, true, options);
