import { UserError } from '../errors';
import type { LeagueOptions, LeagueRow, Recipe } from '../recipes';
import { wholeNumber } from './arguments';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'evaluate',
  summary: 'Measure one trained model: FID, inception score, precision, recall, images a second',
  usage: 'genlab evaluate NAME… [--sampler SAMPLER] [--samples N] [--json]',
  options: {
    sampler: {
      type: 'string',
      value: 'SAMPLER',
      help: "One of the recipe's samplers, or all; the league's unless told.",
    },
    samples: {
      type: 'string',
      value: 'N',
      help: 'Samples to measure; 10000 unless told. FIDs of different N do not compare.',
    },
    json: { type: 'boolean', help: 'Print JSON instead of a table: {rows, own: {NAME: {what: figure}}}.' },
  },
  details: `NAME is a recipe of \`genlab train\` that has a checkpoint. The first row is what as many real images have. Under the table stands
what each model alone can be asked: bits a pixel, how far reconstructions are off, attribute accuracy of faces.`,
  async run({ values, positionals }) {
    if (positionals.length === 0)
      throw new UserError('evaluate takes at least one name.\nSee genlab evaluate --help', 2);
    const { figure, findRecipe, openShipped } = await import('../recipes');
    const chosen = positionals.map(findRecipe);
    const { sampler } = values;
    for (const recipe of chosen) {
      const { trainee } = openShipped(recipe);
      const names = Object.keys(trainee.samplers);
      trainee.dispose();
      if (sampler === undefined || sampler === 'all' || names.includes(sampler)) continue;
      throw new UserError(`${recipe.name} has no sampler '${sampler}'. It has: ${names.join(', ') || 'none'}.`, 2);
    }
    const own: Record<string, Readonly<Record<string, number>>> = {};
    const rows = await measure(chosen, values.samples, {
      ...(sampler !== undefined && { samplers: sampler === 'all' ? ('all' as const) : [sampler] }),
      onOwn: (recipe, figures) => void (own[recipe.name] = figures),
    });
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ rows, own }, undefined, 2)}\n`);
      return;
    }
    if (rows.length > 0) process.stdout.write(leagueTable(rows));
    for (const [name, figures] of Object.entries(own)) {
      const lines = Object.entries(figures).map(([what, value]) => `  ${what}: ${figure(value)}`);
      if (lines.length > 0) process.stdout.write(`\n${name}\n${lines.join('\n')}\n`);
    }
  },
});

/** Measures recipes; what happens is told on stderr, since it takes long. */
export async function measure(
  chosen: readonly Recipe[],
  samples = '10000',
  options: LeagueOptions = {},
): Promise<LeagueRow[]> {
  const [{ measureLeague }, { ready }] = await Promise.all([import('../recipes'), import('../engine')]);
  await ready();
  return measureLeague(chosen, {
    samples: wholeNumber('samples', samples, 50, 1_000_000),
    say: (line) => process.stderr.write(`${line}\n`),
    ...options,
  });
}

/** For people: a line a row, the published figures beside ours. IS is told as a fraction of the test set's too. */
export function leagueTable(rows: readonly LeagueRow[]): string {
  const digits = (value: number | null | undefined, places: number) => value?.toFixed(places) ?? '–';
  const speed = (value: number | null | undefined) =>
    typeof value === 'number' ? Number(value.toPrecision(3)).toString() : '–';
  const [{ is: isTestSet, n }] = rows;
  const lines = [
    [
      'Model',
      'FID',
      'IS',
      'of test',
      'Precision',
      'Recall',
      'Images/s',
      'Weights',
      'Hours',
      'n',
      'Published: FID',
      'IS of test',
      'Images/s',
    ],
    ...rows.map((row) => [
      row.model,
      digits(row.fid, 3),
      digits(row.is, 3),
      digits(row.is / isTestSet, 3),
      digits(row.precision, 3),
      digits(row.recall, 3),
      speed(row.imagesPerSecond),
      row.params?.toLocaleString('en-US') ?? '–',
      digits(row.trainHours, 2),
      row.n.toLocaleString('en-US'),
      digits(row.published?.fid, 3),
      digits(row.published?.isFraction, 3),
      speed(row.published?.imagesPerSecond),
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  const fewer = rows.some((row) => row.n !== n) ? ' A FID of fewer samples is higher: it does not compare.' : '';
  return `${text.join('\n')}\n\nThe published FID has another classifier behind it, and another scale; its images/s, another machine.${fewer}\n`;
}
