/** Runs cells in the child: each in a scope of its own that sees the names of the cells before it. */
import vm from 'node:vm';

/** A cell as JavaScript, with the names that it declares. */
export interface PreparedCell {
  readonly js: string;
  readonly declares: readonly string[];
  /** What errors call the cell. */
  readonly file: string;
}

type Binding = readonly [get: () => unknown, set: (value: unknown) => void];

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/**
 * The names of all cells so far. A cell's functions keep seeing the cell's own variables, and a later cell that declares
 * a name again hides the earlier one from the cells after it.
 */
export class CellScope {
  private readonly names: Record<string, unknown> = Object.create(null);
  private readonly byFile = new Map<string, readonly string[]>();

  constructor(private readonly load: (specifier: string) => Promise<unknown>) {}

  lookup = (name: string): unknown => {
    if (!(name in this.names)) throw new ReferenceError(`${name} is not defined`);
    return this.names[name];
  };

  async run({ js, declares, file }: PreparedCell): Promise<void> {
    // A cell that comes again takes its old names with it: what the new text lacks must not be there.
    for (const name of this.byFile.get(file) ?? []) Reflect.deleteProperty(this.names, name);
    this.byFile.set(file, declares);
    const bindings = declares
      .filter((name) => identifier.test(name))
      .map((name) => `${JSON.stringify(name)}: [() => ${name}, (value) => { ${name} = value; }]`);
    // One line, so that the cell's lines keep their numbers. `with` is what lets a strict cell see a scope made by hand.
    const open = `(function (__scope__, __import__, __value__, __export__) { with (__scope__) { return (async () => { 'use strict'; __export__({ ${bindings.join(', ')} });`;
    const run: unknown = new vm.Script(`${open}${js}\n})(); } })`, { filename: file }).runInThisContext();
    if (typeof run !== 'function') throw new SyntaxError('The cell cannot be run.');
    await run(
      this.names,
      this.load,
      () => undefined,
      (found: Record<string, Binding>) => this.add(found),
    );
  }

  private add(found: Readonly<Record<string, Binding>>): void {
    for (const [name, [get, set]] of Object.entries(found)) {
      Object.defineProperty(this.names, name, { get, set, configurable: true, enumerable: true });
    }
  }
}
