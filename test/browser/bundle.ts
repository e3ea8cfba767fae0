import path from 'node:path';
import { rolldown } from 'rolldown';

export const root = path.resolve(__dirname, '../..');

export interface Bundle {
  /** Every script by its name; `entry.js` is the one to load. */
  readonly scripts: ReadonlyMap<string, string>;
  /** Files of ours that went in, from the root of the repository. */
  readonly files: readonly string[];
  /** What could not be bundled, and would fail in a browser: Node's own modules above all. */
  readonly faults: readonly string[];
}

/** Bundles a file for the browser, as a person would who builds a page with genlab. */
export async function bundle(entry: string): Promise<Bundle> {
  const faults: string[] = [];
  const build = await rolldown({
    input: { entry: path.join(root, entry) },
    platform: 'browser',
    onLog(_, { code, message }) {
      if (/UNRESOLVED|MISSING/.test(code ?? '')) faults.push(message);
    },
  });
  const { output } = await build.generate({ format: 'esm', chunkFileNames: '[name].js' });
  await build.close();
  const chunks = output.filter((chunk) => chunk.type === 'chunk');
  const names = new Set(chunks.map(({ fileName }) => fileName));
  for (const { fileName, imports, dynamicImports } of chunks) {
    const strangers = [...imports, ...dynamicImports].filter((name) => !names.has(name));
    faults.push(...strangers.map((name) => `${fileName} imports ${name}`));
  }
  return {
    scripts: new Map(chunks.map(({ fileName, code }) => [fileName, code])),
    files: chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .filter((id) => path.isAbsolute(id) && !id.includes('node_modules'))
      .map((id) => path.relative(root, id)),
    faults,
  };
}
