import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../errors';
import { defaultRoot, findLesson, listLessons, type Place, shownPath, writeFileSafely } from './files';
import { readNotebook } from './ipynb';
import { type Merged, mergeNotebooks } from './merge';
import { notebookText } from './notebook';
import type { Lang, Notebook } from './types';

// work/en/04-vae.ipynb                      the student's copy
// work/.genlab/base/en/04-vae.ipynb         the lesson as that copy last had it
// work/.genlab/backup/en/04-vae.….ipynb     copies from before each update

export interface Opened {
  /** The student's copy. */
  readonly file: string;
  readonly state: 'new' | 'unchanged' | 'updated' | 'beside';
  /** What a person should know, in the language of the lesson. */
  readonly messages: readonly string[];
}

/** Hands out a lesson: copies it to work/ the first time, and later merges what is new into the student's copy. */
export function openWork(lesson: string, lang: Lang, place: Place = {}): Opened {
  const root = place.root ?? defaultRoot;
  const slug = nameOf(lesson, lang, root);
  const source = path.join(root, 'notebooks', lang, `${slug}.ipynb`);
  if (!fs.existsSync(source)) {
    throw new UserError(`${shownPath(source)} is not there. genlab build ${slug} writes it.`);
  }
  return update({ root, lang, name: slug, theirs: fs.readFileSync(source, 'utf8') });
}

/** Every lesson in this language, whether opened before or not. */
export function syncWork(lang: Lang, place: Place = {}): { files: string[]; messages: string[] } {
  const root = place.root ?? defaultRoot;
  const folder = path.join(root, 'notebooks', lang);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  fs.mkdirSync(path.join(root, 'work', lang), { recursive: true });
  const opened = names
    .filter((name) => /^\d\d-.+\.ipynb$/.test(name))
    .sort()
    .map((name) => openWork(name.replace(/\.ipynb$/, ''), lang, { root }));
  return { files: opened.map(({ file }) => file), messages: opened.flatMap(({ messages }) => messages) };
}

/** Lessons are known by their source; a checkout that has only notebooks will do as well. */
function nameOf(lesson: string, lang: Lang, root: string): string {
  const slug = path.basename(lesson).replace(/\.ipynb$/, '');
  const built = path.join(root, 'notebooks', lang, `${slug}.ipynb`);
  return fs.existsSync(built) && !listLessons({ root }).includes(slug) ? slug : findLesson(lesson, { root });
}

interface Update {
  readonly root: string;
  readonly lang: Lang;
  readonly name: string;
  readonly theirs: string;
}

function update({ root, lang, name, theirs }: Update): Opened {
  const file = path.join(root, 'work', lang, `${name}.ipynb`);
  const base = path.join(root, 'work', '.genlab', 'base', lang, `${name}.ipynb`);
  const say = messages[lang];
  if (!fs.existsSync(file)) {
    // Taken anew as well when the student has removed the copy to start over.
    writeFileSafely(file, theirs);
    writeFileSafely(base, theirs);
    return { file, state: 'new', messages: [] };
  }
  const mine = fs.readFileSync(file, 'utf8');
  let student: Notebook;
  try {
    student = readNotebook(mine);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // Whatever is in it may still be mended by hand: a new copy goes beside it.
    const beside = update({ root, lang, name: `${name}-fresh`, theirs });
    const message = say.unreadable(shownPath(file), error.message, shownPath(beside.file));
    return { file: beside.file, state: 'beside', messages: [message, ...beside.messages] };
  }
  const old = readIfSound(base);
  if (old !== undefined && old.text === theirs) return { file, state: 'unchanged', messages: [] };

  const merged = mergeNotebooks({
    ...(old ? { base: old.notebook } : {}),
    mine: student,
    theirs: readNotebook(theirs),
    lang,
  });
  if (merged.notebook === student) {
    writeFileSafely(base, theirs);
    return { file, state: 'unchanged', messages: [] };
  }
  const backup = keepBackup(root, lang, name, mine);
  writeFileSafely(file, notebookText(merged.notebook));
  // Last, so that after a crash in between the same merge is done again and finds its own work.
  writeFileSafely(base, theirs);
  return { file, state: 'updated', messages: say.updated(shownPath(file), merged, shownPath(backup)) };
}

/** A base that is missing or broken is no base: then every difference counts as the student's. */
function readIfSound(file: string): { text: string; notebook: Notebook } | undefined {
  try {
    const text = fs.readFileSync(file, 'utf8');
    return { text, notebook: readNotebook(text) };
  } catch {
    return undefined;
  }
}

/** Copies are never taken away: they are small, and one of them may be all that is left of somebody's evening. */
function keepBackup(root: string, lang: Lang, name: string, text: string): string {
  const folder = path.join(root, 'work', '.genlab', 'backup', lang);
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const file = path.join(folder, `${name}.${stamp}.ipynb`);
  writeFileSafely(file, text);
  return file;
}

const messages: Record<
  Lang,
  {
    unreadable(file: string, reason: string, fresh: string): string;
    updated(file: string, merged: Merged, backup: string): string[];
  }
> = {
  en: {
    unreadable: (file, reason, fresh) =>
      `${file} cannot be read (${reason}). It is left as it is; a new copy of the lesson is ${fresh}.`,
    updated: (file, { updated, added, removed, both, kept }, backup) => {
      const parts = [
        ...(updated > 0 ? [`${updated} cells renewed`] : []),
        ...(added > 0 ? [`${added} added`] : []),
        ...(removed > 0 ? [`${removed} taken away`] : []),
        ...(both.length > 0
          ? [`${both.length} that you had changed too: both versions are there (${both.join(', ')})`]
          : []),
        ...(kept.length > 0 ? [`${kept.length} that the lesson no longer has: yours are kept`] : []),
      ];
      return [`${file}: updated${parts.length > 0 ? `: ${parts.join(', ')}` : ''}. The copy from before: ${backup}`];
    },
  },
  zh: {
    unreadable: (file, reason, fresh) => `${file} 无法读取（${reason}）。原文件未动；课程的新副本是 ${fresh}。`,
    updated: (file, { updated, added, removed, both, kept }, backup) => {
      const parts = [
        ...(updated > 0 ? [`${updated} 格已更新`] : []),
        ...(added > 0 ? [`新增 ${added} 格`] : []),
        ...(removed > 0 ? [`移除 ${removed} 格`] : []),
        ...(both.length > 0 ? [`${both.length} 格你也改过，两个版本都保留（${both.join('、')}）`] : []),
        ...(kept.length > 0 ? [`${kept.length} 格新课程中已没有，你的内容保留`] : []),
      ];
      return [`${file}：已更新${parts.length > 0 ? `：${parts.join('，')}` : ''}。更新前的副本：${backup}`];
    },
  },
};
