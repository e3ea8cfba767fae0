import ts from 'typescript';
import type { MimeBundle } from '../protocol';
import type { CellCompiler } from './cell-compiler';
import { documentationAt } from './docs';

export interface Completion {
  readonly text: string;
  /** TypeScript's word for what it is: `const`, `function`, `class`, … */
  readonly kind: string;
}

/** The text before a cursor that stands in a module's name, and the names that no folder on the way up tells of. */
const modulePath = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*['"][^'"\n/]*$/;
const ownModules = ['tslab', 'genlab'];

const word = /[\w$]*$/;
const wordAfter = /^[\w$]*/;

/** Names that fit at a position (in UTF-16 units) of a cell that is being typed. */
export function complete(
  compiler: CellCompiler,
  source: string,
  position: number,
): { start: number; end: number; items: Completion[] } {
  const { file, offset } = compiler.view(source, true);
  const typed = word.exec(source.slice(0, position))?.[0] ?? '';
  const start = position - typed.length;
  const end = position + (wordAfter.exec(source.slice(position))?.[0].length ?? 0);
  const answer = compiler.service.getCompletionsAtPosition(file, offset + position, {});
  // In the text of an import or a string, what is replaced may begin before the word (`@scope/…`).
  const span =
    answer?.optionalReplacementSpan ?? answer?.entries.find((entry) => entry.replacementSpan)?.replacementSpan;
  const inString = span && span.start - offset < start;
  const from = inString ? Math.max(0, span.start - offset) : start;
  const prefix = source.slice(from, position);
  const fits = (answer?.entries ?? []).filter(({ name }) => name.startsWith(prefix) && !name.startsWith('__cell_'));
  const own = new Set(compiler.names());
  // A notebook's own names before the thousand globals of the language.
  fits.sort(
    (a, b) =>
      Number(own.has(b.name)) - Number(own.has(a.name)) || compare(a.sortText, b.sortText) || compare(a.name, b.name),
  );
  const before = source.slice(0, position);
  if (modulePath.test(before)) {
    const known = new Set(fits.map(({ name }) => name));
    for (const name of ownModules) {
      if (name.startsWith(prefix) && !known.has(name))
        fits.unshift({ name, kind: ts.ScriptElementKind.externalModuleName, sortText: '' });
    }
  }
  const texts = [...new Map(fits.map(({ name, kind }) => [name, { text: name, kind }])).values()];
  return { start: from, end, items: texts };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Type and documentation of the name at a position, or of the function whose arguments stand there. */
export function inspectAt(compiler: CellCompiler, source: string, position: number): MimeBundle | undefined {
  const { file, offset } = compiler.view(source);
  const { service } = compiler;
  const at = [position, position - 1, source.slice(0, position).trimEnd().length - 1].filter((one) => one >= 0);
  for (const one of at) {
    const info = service.getQuickInfoAtPosition(file, offset + one);
    if (!info) continue;
    const signature = shown(ts.displayPartsToString(info.displayParts));
    if (signature !== 'any') return bundle(signature, documentationAt(service, file, offset + one));
    return typeAt(compiler, source, one) ?? bundle(signature);
  }
  const help = service.getSignatureHelpItems(file, offset + position, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!help || !item) return undefined;
  const separator = ts.displayPartsToString(item.separatorDisplayParts);
  const parameters = item.parameters.map((one) => ts.displayPartsToString(one.displayParts)).join(separator);
  const head = ts.displayPartsToString(item.prefixDisplayParts);
  const called =
    source
      .slice(0, help.applicableSpan.start - offset)
      .trimEnd()
      .replace(/\($/, '').length - 1;
  return bundle(
    head + parameters + ts.displayPartsToString(item.suffixDisplayParts),
    documentationAt(service, file, offset + called),
  );
}

/** A name of an earlier cell is no import to the person who wrote it. */
const shown = (signature: string): string => signature.replace(/^\(alias\) /, '').replace(/\nimport [\w$]+$/, '');

/** What a name means that is a type only, though it stands where a value does. */
function typeAt(compiler: CellCompiler, source: string, position: number): MimeBundle | undefined {
  const name = (word.exec(source.slice(0, position))?.[0] ?? '') + (wordAfter.exec(source.slice(position))?.[0] ?? '');
  if (!compiler.names().includes(name)) return undefined;
  const head = 'type $asked = ';
  const { file, offset } = compiler.view(`${head}${name};`);
  const info = compiler.service.getQuickInfoAtPosition(file, offset + head.length);
  if (!info) return undefined;
  const documentation = documentationAt(compiler.service, file, offset + head.length);
  return bundle(shown(ts.displayPartsToString(info.displayParts)), documentation);
}

const bundle = (signature: string, documentation = ''): MimeBundle => ({
  'text/plain': [signature, documentation].filter(Boolean).join('\n\n'),
  'text/markdown': [`\`\`\`typescript\n${signature}\n\`\`\``, documentation].filter(Boolean).join('\n\n'),
});

/** Errors that more text would mend, wherever they stand: an open template, an open comment. */
const openEnded = new Set([1160, 1010]);

/** Would pressing Enter run this, or is there more to come? */
export function completeness(source: string): 'complete' | 'incomplete' | 'invalid' {
  const { diagnostics = [] } = ts.transpileModule(source, {
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const wrong = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error);
  if (!wrong.length) return 'complete';
  const end = source.trimEnd().length;
  const open = wrong.every(({ code, start = 0 }) => openEnded.has(code) || start >= end);
  return open ? 'incomplete' : 'invalid';
}
