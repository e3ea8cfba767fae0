import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { CellHost } from './compiler/host';
import { ProjectFiles } from './compiler/project-files';
import type { ConfigureCommand } from './protocol';

/** The project that this kernel belongs to. */
export const projectRoot = path.resolve(__dirname, '..', '..');

const projectFiles = new ProjectFiles(projectRoot);

/** The nearest tsconfig.json above the notebook, or the project's own. */
function configFile(cwd: string): string {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'tsconfig.json');
    if (fs.existsSync(file)) return file;
    if (folder === path.dirname(folder)) return path.join(projectRoot, 'tsconfig.json');
  }
}

/** Options of the tsconfig above the notebook, and what is wrong with it. */
function projectOptions(cwd: string): { options: ts.CompilerOptions; problems: string[] } {
  const file = configFile(cwd);
  const folder = path.dirname(file);
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  // Only the options count: without this, every file of the project would be looked for.
  const parsed = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, folder, {}, file);
  const noInputs = new Set([18002, 18003]); // that there are no files to compile
  const problems = [...(error ? [error] : []), ...parsed.errors]
    .filter(({ code }) => !noInputs.has(code))
    .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  const { paths = {}, typeRoots, types, pathsBasePath, ...options } = parsed.options;
  return {
    problems,
    options: {
      ...options,
      pathsBasePath: pathsBasePath ?? folder,
      paths: { ...paths, tslab: [path.join(__dirname, 'tslab.ts')] },
      typeRoots: typeRoots ?? [path.join(folder, 'node_modules/@types'), path.join(projectRoot, 'node_modules/@types')],
      types: types ?? ['node'],
    },
  };
}

function remembered<T>(look: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    if (!name.includes('/node_modules/')) return look(name);
    let answer = known.get(name);
    if (answer === undefined) known.set(name, (answer = look(name)));
    return answer;
  };
}

/** tslab's rules, whatever the folder's tsconfig says. */
const laxOptions: ts.CompilerOptions = {
  strict: false,
  noImplicitAny: false,
  noImplicitThis: false,
  strictNullChecks: false,
  exactOptionalPropertyTypes: false,
  noUncheckedIndexedAccess: false,
};

export interface NodeHost extends CellHost {
  /** What is wrong with the tsconfig: cells run all the same. */
  readonly problems: readonly string[];
}

/** The compiler's host in Node: files on disk, those of packages remembered. */
export function nodeHost(cwd: string, { unchecked = false, lax = false } = {}): NodeHost {
  const { options: project, problems } = projectOptions(cwd);
  const options = lax ? { ...project, ...laxOptions } : project;
  return {
    cwd,
    unchecked,
    problems,
    root: projectRoot,
    projectFiles,
    options,
    ambientFiles: [path.join(__dirname, 'cell-globals.d.ts')],
    libFolder: path.dirname(ts.getDefaultLibFilePath(options)),
    fileExists: remembered(ts.sys.fileExists),
    directoryExists: remembered(ts.sys.directoryExists),
    readFile: (file) => ts.sys.readFile(file),
    readDirectory: ts.sys.readDirectory,
    caseSensitive: ts.sys.useCaseSensitiveFileNames,
    getDirectories: (folder) => ts.sys.getDirectories(folder),
    versionOf: (file) =>
      file.includes('/node_modules/') ? '1' : String(fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
    ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
  };
}

/** The tsconfig's `paths` with absolute targets, for the loader. */
export function runtimePaths(options: ts.CompilerOptions): ConfigureCommand['paths'] {
  const base = options.baseUrl ?? (options.pathsBasePath as string | undefined) ?? projectRoot;
  return Object.entries(options.paths ?? {}).map(([pattern, targets]) => [
    pattern,
    targets.map((target) => path.resolve(base, target)),
  ]);
}
