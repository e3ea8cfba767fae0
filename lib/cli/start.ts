import { defineCommand } from './command';

export const command = defineCommand({
  name: 'start',
  summary: 'Open the lessons in JupyterLab, or run one of them without a browser (the same as npm start)',
  usage: 'genlab start [LESSON] [options]',
  options: {
    lang: { type: 'string', value: 'LANG', help: "en or zh (default: your system's language, else English)." },
    'no-open': { type: 'boolean', help: 'Do not open a browser; the address is printed.' },
    port: { type: 'string', value: 'N', help: 'Port of the Jupyter server (default 8888, or the next free one).' },
    headless: {
      type: 'string',
      value: 'LESSON',
      help: "Run the lesson's solution through Jupyter, write out/LESSON.html, grade the solution and the bare stub.",
    },
    'setup-only': { type: 'boolean', help: 'Stop after set-up.' },
  },
  details: 'Set-up runs first, as far as anything is missing.',
  async run({ values, positionals }) {
    const { main } = await import('../setup/start.js');
    const flags = Object.entries(values).flatMap(([name, value]) =>
      value === true ? [`--${name}`] : [`--${name}`, value],
    );
    return main([...flags.map(String), ...positionals]);
  },
});
