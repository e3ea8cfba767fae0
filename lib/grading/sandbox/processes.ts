import fs from 'node:fs';

/** What a process and all below it use, as Linux tells it; nothing on other systems. */
export interface Usage {
  readonly megabytes: number;
  readonly cpuSeconds: number;
  /** Some of it wants to compute: where it does not get to, the machine is busy. */
  readonly computing: boolean;
}

const none: Usage = { megabytes: 0, cpuSeconds: 0, computing: false };
const ticksASecond = 100;

export function usageOf(pid: number): Usage {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // behind the name, which may hold anything
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    const own: Usage = {
      megabytes: (Number(fields[21]) * 4096) / 2 ** 20,
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksASecond,
      computing: fields[0] === 'R',
    };
    return (children ? children.split(' ') : []).reduce((all, id) => {
      const one = usageOf(Number(id));
      return {
        megabytes: all.megabytes + one.megabytes,
        cpuSeconds: all.cpuSeconds + one.cpuSeconds,
        computing: all.computing || one.computing,
      };
    }, own);
  } catch {
    return none; // it ended meanwhile, or this is not Linux
  }
}
