import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes of resident memory that are the process's own, garbage collected first: between two collections V8's heap alone goes
 * up and down by 30 MB. On Linux without what is mapped from files: pages of TensorFlow's 240 MB of code come and go as the
 * system likes.
 */
export function ownMemory(): number {
  collectGarbage();
  const own = process.platform === 'linux' && /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return own ? Number(own[1]) * 1024 : process.memoryUsage().rss;
}
