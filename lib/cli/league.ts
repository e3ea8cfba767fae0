import { UserError } from '../errors';
import { defineCommand } from './command';
import { leagueTable, measure } from './evaluate';

export const command = defineCommand({
  name: 'league',
  summary: 'Measure every trained model in one run, beside the published table',
  usage: 'genlab league [--samples N] [--json]',
  options: {
    samples: {
      type: 'string',
      value: 'N',
      help: 'Samples of each; 10000 unless told. FIDs of different N do not compare.',
    },
    json: {
      type: 'boolean',
      help: 'Print JSON: [{model, fid, is, precision, recall, imagesPerSecond, params, trainHours, n, published}].',
    },
  },
  details: `Every recipe of \`genlab train\` that has a checkpoint, each of its samplers a row; the test set first. This takes long.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('league takes no arguments\nSee genlab league --help', 2);
    const { recipes } = await import('../recipes');
    const rows = await measure(recipes, values.samples);
    process.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : leagueTable(rows));
  },
});
