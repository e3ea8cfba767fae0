import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../lib/cli';
import { leagueTable } from '../../lib/cli/evaluate';
import { type LeagueRow, recipes } from '../../lib/recipes';

let printed: string;
let complained: string;
beforeEach(() => {
  [printed, complained] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((complained += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

describe('genlab train', () => {
  test('lists the recipes, how long each is and whether it is trained', async () => {
    expect(await main(['train'])).toBe(0);
    const lines = printed.trimEnd().split('\n');
    expect(lines).toHaveLength(recipes.length);
    for (const [i, { name, title }] of recipes.entries()) {
      expect(lines[i]).toMatch(new RegExp(`^  ${name} +(not )?trained +${title.replace(/[()+]/g, '\\$&')}; `));
    }
    expect(lines.find((line) => line.includes('faces-inpainting'))).toMatch(/with the weights of faces-ddpm$/);
    expect(lines.find((line) => line.includes('faces-text'))).toMatch(/\d+ \+ \d+ epochs$/);
  });

  test.each([
    [['train', 'nothing'], 2, /there is no recipe nothing\. There are: fashion-mnist-ae, /],
    [['train', 'fashion-mnist-vae', '--ship', '--resume'], 2, /give one of them/],
    [['train', 'faces-inpainting'], 2, /works with the weights of faces-ddpm, which genlab train faces-ddpm makes/],
    [['train', 'fashion-mnist-vae', '--samples', '3'], 2, /--samples is a whole number from 50/],
    [['sample', '--all', 'fashion-mnist-vae'], 2, /--all takes no NAME/],
    [['sample'], 2, /sample takes one name/],
    [['evaluate'], 2, /at least one name/],
    [['league', 'fashion-mnist-vae'], 2, /takes no arguments/],
  ])('%j', async (argv, code, message) => {
    expect(await main(argv)).toBe(code);
    expect(complained).toMatch(message);
    expect(printed).toBe('');
  });
});

test('the table for people: fractions of the test set, a dash for what does not exist, and what is not to be compared', () => {
  const row = { precision: 0.5, recall: 0.25, imagesPerSecond: 1234.5, params: 701345, trainHours: 1.5, n: 10_000 };
  const none = { precision: null, recall: null, imagesPerSecond: null, params: null, trainHours: null };
  const rows: LeagueRow[] = [
    { model: 'test set', fid: 0.014, is: 8, ...none, n: 10_000, published: { fid: 0.011, is: 9.389, isFraction: 1 } },
    { model: 'A', fid: 2, is: 6, ...row, published: null },
  ];
  const lines = leagueTable(rows).split('\n');
  expect(lines[1]).toMatch(/^test set +0\.014 +8\.000 +1\.000 +– +– +– +– +– +10,000 +0\.011 +1\.000 +–$/);
  expect(lines[2]).toMatch(/^A +2\.000 +6\.000 +0\.750 +0\.500 +0\.250 +1230 +701,345 +1\.50 +10,000 +– +– +–$/);
  expect(leagueTable(rows)).not.toContain('fewer samples');
  expect(leagueTable([...rows, { ...rows[1], n: 500 }])).toContain('A FID of fewer samples is higher');
});
