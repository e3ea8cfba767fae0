import { describe, expect, it } from 'vitest';
import { UserError } from '../../lib/errors';
import {
  demandSandbox,
  protections,
  sandboxRemedies,
  sandboxReport,
  weaknesses,
  type Protection,
} from '../../lib/grading/sandbox/protections';

const all = new Set(protections);
const without = (...names: Protection[]): Set<Protection> => new Set(protections.filter((one) => !names.includes(one)));
const refusal = (active: ReadonlySet<Protection>, platform: NodeJS.Platform = 'linux'): UserError => {
  try {
    demandSandbox(active, platform);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
};

describe('a machine that cannot hold student code in', () => {
  it.each<[string, ReadonlySet<Protection>]>([
    ['everything', all],
    ['no permission model, but a file system of its own and limits', without('permissions')],
    ['no file system of its own, but the permission model', without('files', 'tasks')],
    ['no process namespace, no other user', without('processes', 'user', 'orphans')],
  ])('is not one with %s', (_, active) => {
    expect(weaknesses(active)).toEqual([]);
    expect(() => demandSandbox(active)).not.toThrow();
  });

  it.each<[string, ReadonlySet<Protection>, RegExp]>([
    ['the network open', without('network'), /could use the network, so nothing was graded/],
    ['files open', without('permissions', 'files'), /could read solutions, specs and other submissions/],
    ['processes without end', without('permissions', 'tasks'), /could start processes without end/],
    ['nothing', new Set<Protection>(), /read solutions.*, and use the network, and start processes/],
  ])('is refused with %s', (_, active, says) => {
    const error = refusal(active);
    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(says);
    expect(error.message).toContain('--allow-weak-sandbox');
    expect(error.message).toContain('Missing: ');
  });

  it('is told how to get what is missing, on each system', () => {
    expect(refusal(without('network')).message).toMatch(/apt install bubblewrap/);
    expect(refusal(without('network'), 'darwin').message).toMatch(/sandbox-exec/);
    expect(refusal(without('network'), 'win32').message).toMatch(/WSL 2/);
    expect(sandboxRemedies(without('permissions'), 'linux').join()).toMatch(/update Node/);
  });

  it('reports each protection once', () => {
    const { active, missing } = sandboxReport(without('network', 'heap'));
    expect(active).toHaveLength(protections.length - 2);
    expect(missing).toEqual(['no network', 'limited heap']);
  });
});
