import path from 'node:path';
import ts from 'typescript';
import { defaultRoot } from './files';
import { applyEdits } from './render';
import { type Lang, langs, type Lesson, type Problem, type Region } from './types';

/**
 * Type-checks lessons three times over in one program: as written, and as each language's student gets them, with a stub for
 * every solution. All cells of a lesson make one module, as the kernel will see them.
 */
export function typeProblems(lessons: readonly Lesson[], root = defaultRoot): Problem[] {
  const modules = lessons.flatMap((lesson) => [
    { lesson, name: virtualName(lesson, 'solution'), text: lesson.text, where: '' },
    ...langs.map((lang) => ({
      lesson,
      name: virtualName(lesson, `student-${lang}`),
      text: stubModule(lesson, lang),
      where: ` (in the ${lang} notebook for students)`,
    })),
  ]);
  const texts = new Map(modules.map(({ name, text }) => [name, text]));
  const options = compilerOptions(root);
  const host = ts.createCompilerHost(options, true);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, language, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile(name, language, ...rest)
      : ts.createSourceFile(name, text, language, true);
  };
  const program = ts.createProgram([...texts.keys()], options, host);

  const seen = new Set<string>();
  return modules.flatMap(({ lesson, name, where }) => {
    const source = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.flatMap((diagnostic): Problem[] => {
      const { line } = source?.getLineAndCharacterOfPosition(diagnostic.start ?? 0) ?? { line: 0 };
      // What is wrong in the lesson as written is wrong in its notebooks too; once is enough.
      const key = `${lesson.file}:${line}:${diagnostic.code}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const message = `${ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')} (TS${diagnostic.code})${where}`;
      return [{ file: lesson.file, line: line + 1, level: 'error', message }];
    });
  });
}

const virtualName = ({ file }: Lesson, variant: string): string =>
  path.resolve(file).split(path.sep).join('/').replace(/\.ts$/, `.${variant}.ts`);

/** The whole lesson with stubs for solutions. Every line stays where it is, so that messages name the right one. */
export function stubModule(lesson: Lesson, lang: Lang): string {
  const lines = lesson.text.split('\n');
  for (const { outline, source, line } of lesson.cells) {
    if (!outline) continue;
    const edits = [
      ...outline.edits[lang],
      ...outline.regions.map((region) => ({ start: region.start, end: region.end, text: bareStub(region) })),
    ].map((edit) => {
      const missing = countLines(source.slice(edit.start, edit.end)) - countLines(edit.text);
      return { ...edit, text: edit.text + '\n'.repeat(Math.max(0, missing)) };
    });
    lines.splice(line, countLines(source), ...applyEdits(source, edits).split('\n'));
  }
  return lines.join('\n');
}

const countLines = (text: string): number => text.split('\n').length;

const bareStub = ({ values }: Region): string =>
  values ? values.map((value) => `${value} (() => { throw new Error(); })();`).join(' ') : 'throw new Error();';

/** The project's own options. Its list of files does not matter here. */
function compilerOptions(root: string): ts.CompilerOptions {
  const file = path.join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config?: object };
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  return { ...parsed.options, noEmit: true, incremental: false };
}
