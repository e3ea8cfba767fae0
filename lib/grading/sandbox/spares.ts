/** Children that were started beforehand: all loaded, no student's code in them. Each serves one session and dies. */
import { Sandbox, type SandboxLimits } from './sandbox';

const spares: Sandbox[] = [];
let holders = 0;

/**
 * From now on a child stands ready whenever one was taken, one for each holder.
 * @returns ends it; the last one to call it ends the spares
 */
export function holdSpares(): () => Promise<void> {
  holders++;
  let held = true;
  return async () => {
    if (!held) return;
    held = false;
    if (--holders === 0) await Promise.all(spares.splice(0).map((spare) => spare.close()));
  };
}

/** A child that nobody else has or had. */
export function takeSandbox(limits: Partial<SandboxLimits> = {}): Sandbox {
  const key = JSON.stringify(limits);
  const fits = (one: Sandbox): boolean => !one.ended && one.key === key;
  const at = spares.findIndex(fits);
  const taken = at < 0 ? new Sandbox(limits) : spares.splice(at, 1)[0];
  for (let i = spares.length - 1; i >= 0; i--) {
    if (!fits(spares[i])) void spares.splice(i, 1)[0].close(); // for limits that are asked for no more
  }
  while (spares.length < holders) spares.push(new Sandbox(limits));
  return taken;
}
