import { UserError } from '../errors';
import { wholeNumber } from './arguments';
import { defineCommand } from './command';
import type { LeagueRow } from '../recipes';

export const command = defineCommand({
  name: 'evaluate',
  summary: 'Measure one trained model: FID, inception score, precision, recall, images a second',
  usage: 'genlab evaluate NAME… [--samples N] [--json]',
  options: {
    samples: {
      type: 'string',
      value: 'N',
      help: 'Samples to measure; 10000 unless told. FIDs of different N do not compare.',
    },
    json: { type: 'boolean', help: 'Print JSON instead of a table.' },
  },
  details: `NAME is a recipe of \`genlab train\` that has a checkpoint. The first row is what as many real images have.`,
  async run({ values, positionals }) {
    if (positionals.length === 0)
      throw new UserError('evaluate takes at least one name.\nSee genlab evaluate --help', 2);
    const { findRecipe } = await import('../recipes');
    const { hasCheckpoint } = await import('../checkpoints');
    const chosen = positionals.map(findRecipe);
    const missing = chosen.find(({ name }) => !hasCheckpoint(name));
    if (missing) throw new UserError(`${missing.name} is not trained yet: genlab train ${missing.name} does it.`, 3);
    const rows = await measure(chosen, values.samples);
    process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : leagueTable(rows));
  },
});

/** Measures recipes; what happens is told on stderr, since it takes long. */
export async function measure(
  chosen: Parameters<typeof import('../recipes').measureLeague>[0],
  samples = '10000',
): Promise<LeagueRow[]> {
  const [{ measureLeague }, { ready }] = await Promise.all([import('../recipes'), import('../engine')]);
  await ready();
  return measureLeague(chosen, {
    samples: wholeNumber('samples', samples, 50, 1_000_000),
    say: (line) => process.stderr.write(`${line}\n`),
  });
}

/** For people: a line a row, the published figures beside ours. */
export function leagueTable(rows: readonly LeagueRow[]): string {
  const digits = (value: number | undefined, places: number) => (value === undefined ? '–' : value.toFixed(places));
  const speed = (value: number | undefined) => (value === undefined ? '–' : Number(value.toPrecision(3)).toString());
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
      'Published: FID',
      'IS of test',
    ],
    ...rows.map((row) => [
      row.model,
      digits(row.fid, 3),
      digits(row.is, 3),
      digits(row.isFraction, 3),
      digits(row.precision, 3),
      digits(row.recall, 3),
      speed(row.imagesPerSecond),
      row.params?.toLocaleString('en-US') ?? '–',
      digits(row.trainHours, 2),
      digits(row.published?.fid, 3),
      digits(row.published?.isFraction, 3),
    ]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n\nn = ${rows[0]?.n.toLocaleString('en-US')}. The published FID has another classifier behind it, and another scale.\n`;
}
