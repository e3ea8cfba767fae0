import { UserError } from '../errors';
import { oneName, wholeNumber } from './arguments';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'train',
  summary: 'Train a model of the league table, with checkpoints, samples and a final report',
  usage: 'genlab train NAME [--resume | --ship] [--samples N] [--every STEPS] [--out FOLDER]',
  options: {
    resume: { type: 'boolean', help: 'Go on where the last run of this recipe was stopped.' },
    ship: { type: 'boolean', help: 'Train no further: write the checkpoint and its card from the run that was kept.' },
    samples: { type: 'string', value: 'N', help: 'Samples for the final figures; 10000 unless told, 0 for none.' },
    every: { type: 'string', value: 'STEPS', help: 'Steps between two times that the run is kept; 200 unless told.' },
    out: { type: 'string', value: 'FOLDER', help: 'Where sheets of samples go; out/NAME unless told.' },
  },
  details: `
Without NAME, lists the recipes. A live bar tells the step, the loss, images a second and the time left; where there is no terminal, a
line does every half a minute. After each epoch a sheet of samples is written. Ctrl-C keeps the run; --resume goes on with it, to the bit.
At the end the weights go to checkpoints/NAME.safetensors, with a card that tells how they were made and what was measured, and the kept
run is removed. --ship does this for a run that was ended early: the card tells how many steps it had. That run is kept, and can go on.

Exit codes: 0 trained; 1 nothing to ship; 2 wrong usage; 3 the data set is missing; 130 interrupted.`,
  async run({ values, positionals }) {
    const { findRecipe, trainRecipe } = await import('../recipes');
    if (positionals.length === 0) {
      process.stdout.write(await listing());
      return 0;
    }
    const recipe = findRecipe(oneName('train', positionals));
    const { resume = false, ship = false } = values;
    if (resume && ship) {
      throw new UserError('--resume trains on and --ship does not: give one of them\nSee genlab train --help', 2);
    }
    const interrupt = new AbortController();
    const stop = () => interrupt.abort();
    process.once('SIGINT', stop);
    try {
      const done = await trainRecipe(recipe, {
        resume,
        ship,
        samples: values.samples === '0' ? 0 : wholeNumber('samples', values.samples ?? '10000', 50, 1_000_000),
        every: wholeNumber('every', values.every ?? '200', 1, 1_000_000),
        ...(values.out !== undefined && { out: values.out }),
        signal: interrupt.signal,
        say: (line) => process.stdout.write(`${line}\n`),
      });
      if (done) return 0;
      process.stderr.write(
        `genlab: interrupted. genlab train ${recipe.name} --resume goes on with it, --ship ships it as it is.\n`,
      );
      return 130;
    } finally {
      process.off('SIGINT', stop);
    }
  },
});

/** A line a recipe: whether it is trained, and how long its training is. */
async function listing(): Promise<string> {
  const { isShipped, recipes } = await import('../recipes');
  const width = Math.max(...recipes.map(({ name }) => name.length));
  const lines = recipes.map((recipe) => {
    const { name, title, epochs, weights } = recipe;
    const state = isShipped(recipe) ? 'trained    ' : 'not trained';
    const how = weights ? `with the weights of ${weights}` : `${epochs.join(' + ')} epochs`;
    return `  ${name.padEnd(width)}  ${state}  ${title}; ${how}`;
  });
  return `${lines.join('\n')}\n`;
}
