import { defineCommand } from './command';
import { oneName, wholeNumber } from './arguments';

export const command = defineCommand({
  name: 'train',
  summary: 'Train a model of the league table, with checkpoints, samples and a final report',
  usage: 'genlab train NAME [--resume] [--samples N] [--every STEPS] [--out FOLDER]',
  options: {
    resume: { type: 'boolean', help: 'Go on where the last run of this recipe was stopped.' },
    samples: { type: 'string', value: 'N', help: 'Samples for the final figures; 10000 unless told.' },
    every: { type: 'string', value: 'STEPS', help: 'Steps between two times that the run is kept; 200 unless told.' },
    out: { type: 'string', value: 'FOLDER', help: 'Where sheets of samples go; out/NAME unless told.' },
  },
  details: `
Without NAME, lists the recipes. After each epoch a sheet of samples is written. Ctrl-C keeps the run; --resume goes on with it, to
the bit. At the end the weights go to checkpoints/NAME.safetensors, with a card that tells how they were made and what was measured.

Exit codes: 0 trained; 2 wrong usage; 3 the data set is missing; 130 interrupted.`,
  async run({ values, positionals }) {
    const { findRecipe, recipes, trainRecipe } = await import('../recipes');
    if (positionals.length === 0) {
      const { hasCheckpoint } = await import('../checkpoints');
      const width = Math.max(...recipes.map(({ name }) => name.length));
      const lines = recipes.map(
        ({ name, title, epochs }) =>
          `  ${name.padEnd(width)}  ${hasCheckpoint(name) ? 'trained    ' : 'not trained'}  ${title}, ${epochs.join(' + ')} epochs`,
      );
      process.stdout.write(`${lines.join('\n')}\n`);
      return 0;
    }
    const recipe = findRecipe(oneName('train', positionals));
    const interrupt = new AbortController();
    const stop = () => interrupt.abort();
    process.once('SIGINT', stop);
    try {
      const done = await trainRecipe(recipe, {
        resume: values.resume ?? false,
        samples: wholeNumber('samples', values.samples ?? '10000', 50, 1_000_000),
        every: wholeNumber('every', values.every ?? '200', 1, 1_000_000),
        ...(values.out !== undefined && { out: values.out }),
        signal: interrupt.signal,
        say: (line) => process.stdout.write(`${line}\n`),
      });
      if (done) return 0;
      process.stderr.write(`genlab: interrupted. genlab train ${recipe.name} --resume goes on with it.\n`);
      return 130;
    } finally {
      process.off('SIGINT', stop);
    }
  },
});
