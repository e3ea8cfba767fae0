import { UserError } from '../errors';
import { defineCommand } from './command';

/** One line of `genlab models`. */
export interface ModelRow {
  readonly name: string;
  readonly family: string;
  readonly paper: string;
  /** Numbers that the networks of the default config learn. */
  readonly params: number;
  /** Checks against values that another library computed. */
  readonly goldenChecks: number;
}

export const command = defineCommand({
  name: 'models',
  summary: 'List the model library: every model with its paper, its size and its golden checks',
  usage: 'genlab models [--json]',
  options: {
    json: { type: 'boolean', help: 'Print JSON instead of a table: [{name, family, paper, params, goldenChecks}].' },
  },
  details: `Sizes are counted by building each model with its default config. A golden check compares a loss, a layer, a schedule or a
sampler with values that another library computed (test/golden); models of one family share them.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('models takes no arguments\nSee genlab models --help', 2);
    const rows = await listModels();
    process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : table(rows));
  },
});

/** Builds every model of the catalogue, one after the other, and counts. */
export async function listModels(): Promise<ModelRow[]> {
  const [{ readFileSync }, path, { ready }, { countParams }, { catalogue }, { root }] = await Promise.all([
    import('node:fs'),
    import('node:path'),
    import('../engine'),
    import('../nn'),
    import('../models'),
    import('../setup/common.js'),
  ]);
  await ready({ engine: 'cpu' }); // nothing is computed, and this one starts at once
  const casesOf = (file: string): number => {
    const golden = JSON.parse(readFileSync(path.join(root, 'test', 'golden', `${file}.json`), 'utf8')) as {
      cases: object;
    };
    return Object.keys(golden.cases).length;
  };
  return catalogue.map(({ name, family, paper, golden, build }) => {
    const networks = Object.values(build());
    const params = countParams(...networks);
    for (const network of networks) network.dispose();
    return { name, family, paper, params, goldenChecks: golden.reduce((sum, file) => sum + casesOf(file), 0) };
  });
}

/** For people: a line each, and how many there are. */
export function table(rows: readonly ModelRow[]): string {
  const lines = [
    ['Model', 'Family', 'Parameters', 'Golden checks', 'Paper'],
    ...rows.map((row) => [
      row.name,
      row.family,
      row.params.toLocaleString('en-US'),
      String(row.goldenChecks),
      row.paper,
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const isNumber = (column: number) => column === 2 || column === 3;
  const text = lines.map((line) =>
    line
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n\n${rows.length} models\n`;
}
