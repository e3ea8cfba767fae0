import { UserError } from '../errors';
import { defineCommand } from './command';
import { leagueTable, measure } from './evaluate';

export const command = defineCommand({
  name: 'league',
  summary: 'Measure every trained model in one run, beside the published table',
  usage: 'genlab league [--all] [--samples N] [--json]',
  options: {
    all: { type: 'boolean', help: 'Slow samplers too, such as the thousand steps of DDPM, on fewer samples.' },
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
  details: `Every recipe of \`genlab train\` for Fashion-MNIST that has a checkpoint, each of its samplers a row; the test set first. This takes
hours: how far it is goes to stderr. In JSON a figure that does not exist, such as the precision of the test set, is null.`,
  async run({ values, positionals }) {
    if (positionals.length > 0) throw new UserError('league takes no arguments\nSee genlab league --help', 2);
    const [{ isShipped, recipes }, { checkpointFiles }] = await Promise.all([
      import('../recipes'),
      import('../checkpoints'),
    ]);
    const chosen = recipes.filter((recipe) => recipe.data === 'fashion-mnist' && isShipped(recipe));
    if (chosen.length === 0) throw new UserError('no recipe has a checkpoint yet: genlab train NAME makes one.', 3);
    const rows = await measure(chosen, values.samples, values.all ? { samplers: 'all' } : {});
    if (values.json) {
      process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
      return;
    }
    const files = checkpointFiles();
    const size = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
    process.stdout.write(`${leagueTable(rows)}${files.length} checkpoints, ${size.toFixed(1)} MB in all.\n`);
  },
});
