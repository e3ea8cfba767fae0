import * as check from './check';
import { type Bundle, type Json, display } from './kernel';
import { Latest } from './latest';
import { Model, type ModelKind, type State } from './model';

const notebookDisplay = Symbol.for('Jupyter.display');

/** Options that every widget takes. */
export interface WidgetOptions {
  /** In front of it. */
  readonly label?: string;
  /** Seen, but not to be changed. */
  readonly disabled?: boolean;
  /** As in CSS: `'400px'`, `'50%'`. */
  readonly width?: string;
  /** Shown while the mouse rests on it. */
  readonly tooltip?: string;
}

/** How a widget is drawn: the name of its model and of its style's. */
export interface Kind extends ModelKind {
  readonly style?: string;
}

/** A control in a notebook. As a cell's last value it shows itself; `show()` shows it anywhere. */
export abstract class Widget {
  protected readonly model: Model;
  private readonly parts: Model[];

  /** @param styling what its style has besides nothing */
  constructor({ style, ...kind }: Kind, state: State, options: WidgetOptions = {}, styling: State = {}) {
    const { width = null, tooltip = null } = options;
    if (width !== null) check.string(`${kind.name}: width`, width);
    if (tooltip !== null) check.string(`${kind.name}: tooltip`, tooltip);
    const layout = new Model({ module: 'base', name: 'Layout' }, { ...emptyLayout, width });
    const look =
      style === undefined
        ? undefined
        : new Model({ module: 'controls', name: style, view: 'StyleView', viewModule: 'base' }, styling);
    this.parts = look ? [layout, look] : [layout];
    this.model = new Model(kind, {
      _dom_classes: [],
      layout: layout.reference,
      ...(look && { style: look.reference }),
      tabbable: null,
      tooltip,
      ...state,
    });
  }

  /** What it is, in one line: shown where nothing better can be. */
  abstract get text(): string;

  [notebookDisplay](): Bundle {
    return {
      'text/plain': this.text,
      'application/vnd.jupyter.widget-view+json': { version_major: 2, version_minor: 0, model_id: this.model.id },
    };
  }

  toString(): string {
    return this.text;
  }

  /** Shows it under the cell, or in the output widget whose code calls this. */
  show(): void {
    display(this[notebookDisplay]());
  }

  /** As other models name it. */
  get reference(): string {
    return this.model.reference;
  }

  /** Takes it out of every page for good. */
  close(): void {
    this.model.close();
    for (const part of this.parts) part.close();
  }
}

/** A widget that holds a value, set from here or by the person. */
export abstract class ValueWidget<V> extends Widget {
  private readonly listeners = new Set<(value: unknown, before: unknown) => unknown>();

  constructor(
    kind: Kind,
    state: State,
    options: WidgetOptions,
    styling: State = {},
    /** The state's name for the value. */
    protected readonly key = 'value',
  ) {
    const label = check.string(`${kind.name}: label`, options.label ?? '');
    // Labels are not cut to ipywidgets' 80 pixels.
    super(kind, { description: label, description_allow_html: false, ...state }, options, {
      description_width: 'initial',
      ...styling,
    });
    this.model.onChange = (changes) => this.take(changes);
  }

  /** @returns what the state calls the value, or a UserError */
  protected abstract encode(value: V): Json;
  protected abstract decode(stored: Json): V;

  get value(): V {
    return this.decode(this.model.get(this.key));
  }

  set value(value: V) {
    const before = this.value;
    this.model.set({ [this.key]: this.encode(value) });
    void this.tell(before);
  }

  get label(): string {
    return this.model.get('description') as string;
  }

  set label(label: string) {
    this.model.set({ description: check.string('label', label) });
  }

  get disabled(): boolean {
    return this.model.get('disabled') === true;
  }

  set disabled(disabled: boolean) {
    this.model.set({ disabled: check.boolean('disabled', disabled) });
  }

  /**
   * Calls back when the value has changed, by the person or by code. An async function is not called again before it has
   * ended: of the values that come meanwhile it gets the latest. What it prints goes under the cell, or to an output widget.
   * @returns a function that ends it
   */
  onChange(callback: (value: V, before: V) => unknown): () => void {
    const latest = new Latest<readonly [V, V]>(([value, before]) => callback(value, before));
    return this.onEach((value, before) => latest.push([value, before]));
  }

  /** As `onChange`, but calls back at each change, also while an earlier call is at work. */
  onEach(callback: (value: V, before: V) => unknown): () => void {
    const listener = (value: unknown, before: unknown): unknown => callback(value as V, before as V);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private take(changes: Readonly<Record<string, unknown>>): unknown {
    const before = this.value;
    for (const [name, value] of Object.entries(changes)) {
      if (name !== this.key) this.model.accept({ [name]: value as Json });
      else if (this.fits(value)) this.model.accept({ [name]: value as Json });
      else this.model.insist(name);
    }
    return this.tell(before);
  }

  private fits(stored: unknown): boolean {
    try {
      this.encode(this.decode(stored as Json));
      return true;
    } catch {
      return false;
    }
  }

  private tell(before: V): Promise<unknown> | undefined {
    const { value } = this;
    if (Object.is(value, before)) return undefined;
    const work = [...this.listeners].map((listener) => listener(value, before)).filter((one) => one instanceof Promise);
    return work.length > 0 ? Promise.all(work) : undefined;
  }
}

/** Every property of ipywidgets' Layout 2.0.0. */
const emptyLayout: State = Object.fromEntries(
  `align_content align_items align_self border_bottom border_left border_right border_top bottom display flex flex_flow grid_area
  grid_auto_columns grid_auto_flow grid_auto_rows grid_column grid_gap grid_row grid_template_areas grid_template_columns
  grid_template_rows height justify_content justify_items left margin max_height max_width min_height min_width object_fit
  object_position order overflow padding right top visibility width`
    .split(/\s+/)
    .map((name) => [name, null]),
);
