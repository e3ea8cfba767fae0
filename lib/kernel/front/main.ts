import { readFileSync } from 'node:fs';
import path from 'node:path';
import { saveCompiler } from './compiler-cache.js';
import { Kernel } from './kernel';
import { Sockets, listen, readConnection } from './sockets';
import { Wire } from './wire';

/** Milliseconds of quiet before more declarations are read than the cells have asked for. */
const QUIET = 600;

async function main(file: string | undefined): Promise<void> {
  if (!file) {
    process.stderr.write('usage: node lib/kernel/main.js CONNECTION_FILE (Jupyter starts it so)\n');
    process.exit(2);
  }
  const connection = readConnection(file);
  const wire = new Wire(connection.key);
  const sockets = new Sockets();
  const bound = sockets.bind(connection);
  const { version } = JSON.parse(readFileSync(path.join(__dirname, '..', '..', '..', 'package.json'), 'utf8'));

  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await kernel.dispose();
    await sockets.flush();
    setTimeout(() => process.exit(0), 50); // libzmq hands the last messages over in a thread of its own
  };
  const kernel = new Kernel(wire, sockets, { cwd: process.cwd(), version, exit: () => void leave() });
  await bound;
  process.on('SIGINT', () => kernel.interrupt());
  process.on('SIGTERM', () => void leave());
  if (process.env.JPY_PARENT_PID) {
    // Whoever started us was killed and could not say goodbye: init, or who stands in for it, is our parent then.
    const parent = process.ppid;
    const orphaned = (): boolean =>
      process.ppid !== parent || (process.ppid === 1 && process.env.JPY_PARENT_PID !== '1');
    setInterval(() => orphaned() && void leave(), 1000);
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      process.stderr.write(`genlab kernel: ${error instanceof Error ? error.stack : String(error)}\n`);
    });
  }

  void listen(sockets.iopub, ([frame]) => {
    if (frame[0] === 1) kernel.welcome(frame.toString('utf8', 1));
  });
  kernel.warmUp();
  for (const channel of ['shell', 'control', 'stdin'] as const) {
    void listen(sockets[channel], (frames) => {
      const message = wire.decode(frames);
      if (!message) return;
      if (channel === 'stdin') kernel.handleStdin(message);
      else kernel.handle(channel, message);
    });
  }
  const idle = setInterval(() => {
    if (kernel.quietFor < QUIET || kernel.warmUpPart()) return;
    clearInterval(idle);
    saveCompiler();
  }, QUIET / 2);
}

void main(process.argv[2]);
