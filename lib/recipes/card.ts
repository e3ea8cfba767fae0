/** The figures on a model's card: written when it is shipped, read again where measuring anew would take hours. */
import type { ModelCard } from '../checkpoints';
import type { CardReport } from '../self-check';
import type { Measured } from './measure';

/** A card's list of figures: FID and the others as text; other figures with as many digits as they have use for. */
export function figuresOf({ reports, own }: Measured): ModelCard['metrics'] {
  const rows: Record<string, string> = {};
  for (const [name, report] of Object.entries(reports)) rows[name] = lineOf(report);
  for (const [name, value] of Object.entries(own)) rows[name] = figure(value);
  const [any] = Object.values(reports);
  if (any) rows['classifier that measures'] = `${(100 * any.classifierAccuracy).toFixed(2)} % right on the test images`;
  return rows;
}

function lineOf(report: CardReport): string {
  const { n, fid, fidFloor, is, isTestSet, precision, recall, imagesPerSecond } = report;
  return (
    `FID ${fid.toFixed(3)} (n = ${n.toLocaleString('en-US')}; real images ${fidFloor.toFixed(3)}), ` +
    `IS ${is.toFixed(3)} of ${isTestSet.toFixed(3)} (${(is / isTestSet).toFixed(3)}), ` +
    `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, ` +
    `${imagesPerSecond.toLocaleString('en-US', { maximumSignificantDigits: 3 })} images/s`
  );
}

/** A line of `lineOf` in its list. */
const line =
  /^- \*\*(.+?)\*\*: FID (\S+) \(n = (\S+); real images (\S+)\), IS (\S+) of (\S+) \(\S+\), precision (\S+), recall (\S+), (\S+) images\/s$/gm;

/** What a card says of each sampler, in its order; nothing where nothing was measured. @param card in Markdown */
export function reportsOn(card: string): Readonly<Record<string, CardReport>> {
  return Object.fromEntries(
    [...card.matchAll(line)].map(([, sampler, ...texts]) => {
      const [fid, n, fidFloor, is, isTestSet, precision, recall, imagesPerSecond] = texts.map((text) =>
        Number(text.replaceAll(',', '')),
      );
      return [sampler, { n, fid, fidFloor, is, isTestSet, precision, recall, imagesPerSecond }];
    }),
  );
}

/** 1000, 93.2, 0.0312 */
export function figure(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Math.abs(value) >= 10 ? value.toFixed(1) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(3);
}
