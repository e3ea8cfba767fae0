import { UserError } from '../errors';
import { defineCommand } from './command';

export const command = defineCommand({
  name: 'kernel',
  summary: 'Show where Jupyter finds the TypeScript kernel, or make your own Jupyter find it',
  usage: 'genlab kernel [show | install] [--user | --prefix DIR]',
  options: {
    user: { type: 'boolean', help: 'install: for every Jupyter of yours (the default).' },
    prefix: { type: 'string', value: 'DIR', help: 'install: for the Jupyter of this environment, for example .venv.' },
  },
  details: `npm start needs no installation: it gives its own Jupyter the folder in JUPYTER_PATH, which show prints.
After install, VS Code and any other Jupyter on this machine offer "TypeScript (genlab)" too. The kernel stays in this
folder: move the folder, and install again.`,
  async run({ values, positionals }) {
    const [action = 'show', ...rest] = positionals;
    if ((action !== 'show' && action !== 'install') || rest.length > 0) {
      throw new UserError(`kernel ${positionals.join(' ')}: there are show and install\nSee genlab kernel --help`, 2);
    }
    if (values.user && values.prefix !== undefined) throw new UserError('--user or --prefix, not both', 2);
    const { ensureKernelspec, installKernelspec, jupyterEnv } = await import('../setup/kernelspec.js');
    if (action === 'install') {
      process.stdout.write(`TypeScript (genlab) installed in ${installKernelspec(values.prefix)}\n`);
      return;
    }
    const { folder } = ensureKernelspec();
    process.stdout.write(`${folder}\nJUPYTER_PATH=${jupyterEnv().JUPYTER_PATH}\n`);
  },
});
