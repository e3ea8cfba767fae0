import type ts from 'typescript';

/**
 * Documentation of the name at a position. The service parses no JSDoc, which would take a quarter longer at every start for
 * comments that are almost never asked for; this reads the one that is.
 */
export function documentationAt(service: ts.LanguageService, file: string, position: number): string | undefined {
  const program = service.getProgram();
  for (const { fileName, contextSpan, textSpan } of service.getDefinitionAtPosition(file, position) ?? []) {
    const text = program?.getSourceFile(fileName)?.text;
    const comment = text && commentBefore(text, (contextSpan ?? textSpan).start);
    if (comment) return comment;
  }
  return undefined;
}

/** The text of the JSDoc comment that ends right before a position. */
function commentBefore(text: string, position: number): string | undefined {
  // Words that stand between a comment and the name of what it describes.
  const before = text
    .slice(Math.max(0, position - 20_000), position)
    .replace(/(?:\b(?:export|declare|default|const|let|var)\s+)+$/, '')
    .trimEnd();
  if (!before.endsWith('*/')) return undefined;
  const start = before.lastIndexOf('/*');
  if (!before.startsWith('/**', start)) return undefined;
  return before
    .slice(start + 3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}
