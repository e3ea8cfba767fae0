import { type Comm, type Json, comms } from './kernel';

/** Version of the messages between widget models here and in the front end. */
const PROTOCOL = '2.1.0';

const modules = {
  base: ['@jupyter-widgets/base', '2.0.0'],
  controls: ['@jupyter-widgets/controls', '2.0.0'],
  output: ['@jupyter-widgets/output', '1.0.0'],
} as const;

export type State = { [name: string]: Json };

/** What the front end is to make: `FloatSlider` stands for FloatSliderModel with FloatSliderView. */
export interface ModelKind {
  readonly module: keyof typeof modules;
  readonly name: string;
  /** Where it is not called as the model. Null: nothing to see. */
  readonly view?: string | null;
  readonly viewModule?: keyof typeof modules;
}

interface Message {
  readonly method?: string;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly content?: unknown;
}

const models = new Map<string, Model>();

/** One model of ipywidgets' protocol: a state that the kernel and every front end keep alike. */
export class Model {
  readonly id: string;
  private readonly comm: Comm | undefined;
  /** The front end has changed these. */
  onChange?: (changes: Readonly<Record<string, unknown>>) => unknown;
  /** A message of the view's own: a button's click. */
  onCustom?: (content: unknown) => unknown;

  constructor(
    kind: ModelKind,
    private readonly state: State,
  ) {
    const [module, version] = modules[kind.module];
    const [viewModule, viewVersion] = modules[kind.viewModule ?? kind.module];
    const view = kind.view === undefined ? `${kind.name}View` : kind.view;
    Object.assign(state, {
      _model_module: module,
      _model_module_version: version,
      _model_name: `${kind.name}Model`,
      _view_count: null,
      _view_module: viewModule,
      _view_module_version: viewVersion,
      _view_name: view,
    });
    answerControl();
    this.comm = comms()?.open('jupyter.widget', { state, buffer_paths: [] }, { version: PROTOCOL });
    this.id = this.comm?.id ?? `without-kernel-${++withoutKernel}`;
    if (!this.comm) return;
    models.set(this.id, this);
    this.comm.onMessage = ({ data }) => this.receive(data as Message);
    this.comm.onClose = () => models.delete(this.id);
  }

  /** As one model names another. */
  get reference(): string {
    return `IPY_MODEL_${this.id}`;
  }

  get(name: string): Json {
    return this.state[name];
  }

  /** Changes the state here and in the front ends. */
  set(changes: State): void {
    const news = Object.fromEntries(Object.entries(changes).filter(([name, value]) => this.state[name] !== value));
    if (Object.keys(news).length === 0) return;
    Object.assign(this.state, news);
    this.send('update', news);
  }

  private send(method: string, state: State): void {
    this.comm?.send({ method, state, buffer_paths: [] });
  }

  private receive({ method, state = {}, content }: Message): unknown {
    if (method === 'request_state') return this.send('update', this.state);
    if (method === 'custom') return this.onCustom?.(content);
    if (method !== 'update') return undefined;
    const known = Object.fromEntries(Object.entries(state).filter(([name]) => name in this.state));
    this.send('echo_update', known as State); // the same page in a second window
    return this.onChange?.(known);
  }

  /** What the front end says a value is, taken over without telling it. */
  accept(changes: State): void {
    Object.assign(this.state, changes);
  }

  /** Says again how things stand, to a front end that has asked for what cannot be. */
  insist(...names: string[]): void {
    this.send('update', Object.fromEntries(names.map((name) => [name, this.state[name]])));
  }

  close(): void {
    models.delete(this.id);
    this.comm?.close();
  }

  /** For a front end that has just come, and asks for everything at once. */
  static snapshot(): State {
    return Object.fromEntries(
      [...models].map(([id, { state }]) => {
        const { _model_name, _model_module, _model_module_version } = state;
        return [
          id,
          { model_name: _model_name, model_module: _model_module, model_module_version: _model_module_version, state },
        ];
      }),
    );
  }
}

let withoutKernel = 0;
let answering = false;

function answerControl(): void {
  if (answering) return;
  answering = true;
  comms()?.register('jupyter.widget.control', (comm) => {
    comm.onMessage = ({ data }) => {
      if ((data as Message).method !== 'request_states') return;
      comm.send({ method: 'update_states', states: Model.snapshot(), buffer_paths: [] });
    };
  });
}
