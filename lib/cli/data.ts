import { UserError } from '../errors';
import type { DataSet } from '../setup/data.js';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'data',
  summary: 'List, fetch and verify the data sets',
  usage: 'genlab data [list | fetch | verify] [DATASET…] [--json]',
  options: {
    json: { type: 'boolean', help: 'list and verify: print JSON instead of text.' },
  },
  details: `  list     what there is and where (the default)
  fetch    download what is missing into genlab's cache; goes on where an earlier download was cut off
  verify   read every file and compare its checksum; exits with 1 if one is wrong, with 3 if one is missing

Without DATASET, all of them. A data set is looked for in GENLAB_DATA, in /usr/share/datasets (Debian's package
dataset-fashion-mnist), and in the cache; the first place that has any of its files is the one that is read.`,
  async run({ values, positionals }) {
    const [action = 'list', ...names] = positionals;
    const data = await import('../setup/data.js');
    if (action !== 'list' && action !== 'fetch' && action !== 'verify') {
      throw new UserError(`data ${action}: there are list, fetch and verify\nSee genlab data --help`, 2);
    }
    const sets = names.length > 0 ? names.map((name) => known(() => data.dataSet(name))) : data.dataSets;
    if (action === 'fetch') {
      for (const set of sets) await fetch(set);
      return 0;
    }
    const rows = await Promise.all(
      sets.map(async (set) => {
        const folder = data.findFolder(set);
        const files = folder && action === 'verify' ? await data.verify(set, folder) : undefined;
        return { name: set.name, title: set.title, folder: folder ?? null, ...(files ? { files } : {}) };
      }),
    );
    const worst = Math.max(
      ...rows.map(({ folder, files = [] }) => {
        if (action === 'list') return 0;
        if (folder === null || files.some(({ state }) => state === 'missing')) return 3;
        return files.every(({ state }) => state === 'ok') ? 0 : 1;
      }),
    );
    if (values.json) {
      process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
      return worst;
    }
    rows.forEach(({ name, title, folder, files }, i) => {
      process.stdout.write(`${name}  ${title}\n  ${folder ?? `not on this machine\n${data.waysToGet(sets[i])}`}\n`);
      for (const { file, state, what } of files ?? []) {
        process.stdout.write(`  ${state === 'ok' ? '✓' : '✗'} ${file}${state === 'ok' ? '' : ` ${what}`}\n`);
      }
      if (folder && files?.some(({ state }) => state !== 'ok')) process.stdout.write(`${data.waysToGet(sets[i])}\n`);
    });
    return worst;
  },
});

async function fetch(set: DataSet): Promise<void> {
  const { fetchData, cachedFolder } = await import('../setup/data.js');
  const { Progress } = await import('../setup/progress.js');
  await known(() =>
    new Progress(1).step(set.name, async (say) => {
      const source = await fetchData(set, say);
      return { text: `in ${cachedFolder(set)}, from ${source}` };
    }),
  );
}

/** Set-up is plain JavaScript and has an error class of its own; here it becomes the one that every command throws. */
function known<T>(work: () => T): T {
  const rethrow = (error: unknown): never => {
    if (error instanceof Error && error.name === 'SetupError' && 'exitCode' in error) {
      throw new UserError(error.message, error.exitCode === 1 || error.exitCode === 2 ? error.exitCode : 3);
    }
    throw error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(rethrow) as T) : result;
  } catch (error) {
    return rethrow(error);
  }
}
