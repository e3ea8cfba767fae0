import { UserError } from '../errors';
import { oneName, wholeNumber } from './arguments';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'sample',
  summary: 'Draw a sheet of samples from a trained model',
  usage: 'genlab sample NAME [--count N] [--seed SEED] [--sampler SAMPLER] [--out FILE.png]',
  options: {
    count: { type: 'string', value: 'N', help: 'How many; 40 unless told.' },
    seed: { type: 'string', value: 'SEED', help: 'Another number draws other samples.' },
    sampler: { type: 'string', value: 'SAMPLER', help: "One of the recipe's samplers; its first unless told." },
    out: { type: 'string', value: 'FILE.png', help: 'Where to write the sheet; out/NAME.png unless told.' },
  },
  details: `NAME is a recipe of \`genlab train\` that has a checkpoint.`,
  async run({ values, positionals }) {
    const [{ findRecipe, openShipped, writeSheet }, { ready }] = await Promise.all([
      import('../recipes'),
      import('../engine'),
    ]);
    const recipe = findRecipe(oneName('sample', positionals));
    const count = wholeNumber('count', values.count ?? '40', 1, 1000);
    const seed = wholeNumber('seed', values.seed ?? '0', 0, 2 ** 32 - 1);
    await ready();
    const { trainee } = openShipped(recipe);
    try {
      const { sampler: name = Object.keys(trainee.samplers)[0], out = `out/${recipe.name}.png` } = values;
      if (!Object.hasOwn(trainee.samplers, name)) {
        const names = Object.keys(trainee.samplers).map((each) => `'${each}'`);
        throw new UserError(`${recipe.name} has no sampler '${name}'. It has: ${names.join(', ')}.`, 2);
      }
      await writeSheet(trainee, out, { seed, count, sampler: trainee.samplers[name], columns: Math.min(count, 10) });
      process.stdout.write(`${out}\n`);
    } finally {
      trainee.dispose();
    }
  },
});
