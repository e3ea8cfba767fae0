/**
 * For typedoc: a room is called by its name (`models`, not `lib/models`), and the comment at the head of a file is what a page
 * says of its module or namespace. Typedoc itself would give an index's comment to its first export.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { Comment, Converter, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  // The place in the source is told; a copy of these pages has no address of the source to link to.
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const { sources, signatures } of Object.values(project.reflections)) {
      for (const source of [sources, ...(signatures ?? []).map((each) => each.sources)].flat()) delete source?.url;
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(ReflectionKind.Module | ReflectionKind.Namespace)) {
      const source = /** @type {import('typedoc').DeclarationReflection} */ (reflection).sources?.[0];
      if (!source) continue;
      const file = path.resolve(source.fullFileName);
      const text = headComment(readFileSync(file, 'utf8'));
      if (text) reflection.comment = new Comment([{ kind: 'text', text }]);
      else delete reflection.comment;
      if (reflection.kindOf(ReflectionKind.Module)) {
        const folder = path.basename(path.dirname(file));
        reflection.name = folder === 'lib' ? 'genlab' : folder;
      }
    }
  });
}

/** @param {string} source */
function headComment(source) {
  const [first] = ts.getLeadingCommentRanges(source, 0) ?? [];
  const text = first ? source.slice(first.pos, first.end) : '';
  if (!text.startsWith('/**')) return undefined;
  return text
    .slice(3, -2)
    .replace(/^\s*\* ?/gm, '')
    .trim();
}
