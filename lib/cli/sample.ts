import { UserError } from '../errors';
import { oneName, wholeNumber } from './arguments';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'sample',
  summary: 'Draw a sheet of samples from a trained model, or one of all of them',
  usage:
    'genlab sample NAME [--count N] [--seed SEED] [--sampler SAMPLER] [--out FILE.png]\n       genlab sample --all',
  options: {
    all: { type: 'boolean', help: 'Every trained model, a few rows each, on one sheet; out/samples.png unless told.' },
    count: { type: 'string', value: 'N', help: 'How many; 40 unless told.' },
    seed: { type: 'string', value: 'SEED', help: 'Another number draws other samples.' },
    sampler: { type: 'string', value: 'SAMPLER', help: "One of the recipe's samplers; its first unless told." },
    out: { type: 'string', value: 'FILE.png', help: 'Where to write the sheet; out/NAME.png unless told.' },
  },
  details: `NAME is a recipe of \`genlab train\` that has a checkpoint. A model that changes pictures shows them before and after, one that
hears captions shows them too. docs/samples.png is made by \`genlab sample --all --out docs/samples.png\`.`,
  async run({ values, positionals }) {
    const [recipesRoom, { ready }] = await Promise.all([import('../recipes'), import('../engine')]);
    const { findRecipe, openShipped, recipes, writeContactSheet, writeSheet } = recipesRoom;
    const seed = wholeNumber('seed', values.seed ?? '0', 0, 2 ** 32 - 1);
    if (values.all) {
      if (positionals.length > 0 || values.count !== undefined || values.sampler !== undefined) {
        throw new UserError('--all takes no NAME, --count or --sampler\nSee genlab sample --help', 2);
      }
      await ready();
      const file = values.out ?? 'out/samples.png';
      const shown = await writeContactSheet(recipes, file, {
        seed,
        say: (line) => process.stderr.write(`${line}\n`),
      });
      if (shown.length === 0) throw new UserError('no recipe has a checkpoint yet: genlab train NAME makes one.', 3);
      process.stdout.write(`${file}\n`);
      return;
    }
    const recipe = findRecipe(oneName('sample', positionals));
    const count = wholeNumber('count', values.count ?? '40', 1, 1000);
    await ready();
    const { trainee } = openShipped(recipe);
    try {
      const { sampler: name, out = `out/${recipe.name}.png` } = values;
      if (name !== undefined && !Object.hasOwn(trainee.samplers, name)) {
        const names = Object.keys(trainee.samplers).map((each) => `'${each}'`);
        const has = names.length > 0 ? `It has: ${names.join(', ')}.` : 'It has none: leave --sampler out.';
        throw new UserError(`${recipe.name} has no sampler '${name}'. ${has}`, 2);
      }
      const sampler = name === undefined ? undefined : trainee.samplers[name];
      await writeSheet(recipe, trainee, out, { seed, count, ...(sampler && { sampler }) });
      process.stdout.write(`${out}\n`);
    } finally {
      trainee.dispose();
    }
  },
});
