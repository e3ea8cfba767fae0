import { createHash } from 'node:crypto';
import type { Lang, NotebookCell } from './types';

const words = {
  en: {
    new: 'This cell was updated.** Yours, above, is as you left it. The new version:',
    yours: 'This cell was replaced by an update.** What you had written in it:',
  },
  zh: {
    new: '本格有更新。** 上面是你写的内容，原样保留；新版本如下：',
    yours: '本格已被更新替换。** 你原来写的内容如下：',
  },
} as const;

/**
 * The other version of a cell that both sides have changed, beside it. It is prose even for code: run as code it would put a
 * stub in the place of what the student has written.
 */
export function noteAbout(id: string, which: 'new' | 'yours', other: NotebookCell, lang: Lang): NotebookCell {
  const source = `> **${words[lang][which]}\n\n${other.cell_type === 'code' ? fenced(other.source) : other.source}`;
  return {
    cell_type: 'markdown',
    id: `${id.slice(0, 57)}-update`,
    metadata: { genlab: { updateOf: id, which, checksum: checksum(source) } },
    source,
  };
}

/** What a note is about, if this is a note and the student has not written in it. */
export function untouchedNote({ metadata, source }: NotebookCell): { id: string; which: 'new' | 'yours' } | undefined {
  const genlab = metadata.genlab as { updateOf?: unknown; which?: unknown; checksum?: unknown } | null | undefined;
  if (typeof genlab?.updateOf !== 'string' || genlab.checksum !== checksum(source)) return undefined;
  return { id: genlab.updateOf, which: genlab.which === 'yours' ? 'yours' : 'new' };
}

function fenced(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}ts\n${code}\n${fence}`;
}

const checksum = (text: string): string => createHash('md5').update(text).digest('hex');
