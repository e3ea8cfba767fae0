import ts from 'typescript';
import type { ProjectFiles } from './project-files';

/** What the cell compiler needs of the machine it runs on. In Node: nodeHost; in a browser: whatever serves its files. */
export interface CellHost {
  /** Folder of the notebook: where relative imports start. */
  readonly cwd: string;
  /** Folder of the project whose packages a notebook may use wherever it lies. */
  readonly root: string;
  /** The project's tsconfig. */
  readonly options: ts.CompilerOptions;
  /** The cells are JavaScript: types are looked at for completion only. */
  readonly unchecked?: boolean;
  /** Declarations of the globals that cells have, and whatever else is always in view. */
  readonly ambientFiles: readonly string[];
  /** Where TypeScript's own lib.*.d.ts lie. */
  readonly libFolder: string;
  fileExists(file: string): boolean;
  readFile(file: string): string | undefined;
  directoryExists(folder: string): boolean;
  getDirectories(folder: string): string[];
  /** Files of a folder, for the completion of an import's path. */
  readDirectory?: typeof ts.sys.readDirectory;
  /** Whether `A.ts` and `a.ts` are two files; so unless told. */
  readonly caseSensitive?: boolean;
  /** Changes when the file does. */
  versionOf(file: string): string;
  realpath?(file: string): string;
  /** Shared by all hosts of a process; without it every notebook parses every file for itself. */
  readonly projectFiles?: ProjectFiles;
}

/** The project's options, less those that only make sense for whole programs, and those that nag about half-done work. */
export const cellOptions = (project: ts.CompilerOptions): ts.CompilerOptions => ({
  ...project,
  noEmit: true,
  declaration: false,
  declarationMap: false,
  declarationDir: undefined,
  emitDeclarationOnly: false,
  outDir: undefined,
  outFile: undefined,
  rootDir: undefined,
  tsBuildInfoFile: undefined,
  composite: false,
  incremental: false,
  isolatedDeclarations: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  verbatimModuleSyntax: false,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  target: ts.ScriptTarget.ES2022,
  jsx: project.jsx ?? ts.JsxEmit.React,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
});

/** What the compiler asks of a host without saying so in its types: else it looks for every file's package.json anew. */
interface ResolutionCacheOwner {
  getModuleResolutionCache(): ts.ModuleResolutionCache;
}

/** A language service over virtual files in front of the host's own. */
export class CellService {
  readonly service: ts.LanguageService;
  readonly options: ts.CompilerOptions;
  private readonly virtual = new Map<string, { text: string; version: number }>();
  private readonly snapshots = new Map<string, { version: string; snapshot: ts.IScriptSnapshot }>();
  private versions = 0;
  /** As the cell at hand found the files: the service asks for every version several times a cell. */
  private readonly found = new Map<string, string>();
  private roots: readonly string[] = [];
  private resolutions: ts.ModuleResolutionCache;

  constructor(private readonly host: CellHost) {
    this.options = cellOptions(host.options);
    this.resolutions = this.newResolutionCache();
    this.service = ts.createLanguageService(this.serviceHost(), this.keepingRegistry());
  }

  private newResolutionCache(): ts.ModuleResolutionCache {
    return ts.createModuleResolutionCache(this.host.root, (name) => name, this.options);
  }

  /** Files of packages never change while a kernel runs; parsed once, they are kept even when no cell uses them any more. */
  private keepingRegistry(): ts.DocumentRegistry {
    const own = ts.createDocumentRegistry(true, this.host.root, ts.JSDocParsingMode.ParseNone);
    const registryOf = (file: string, version: string): ts.DocumentRegistry =>
      this.sharedBy(file, version)?.registry ?? own;
    const release = own.releaseDocumentWithKey.bind(own) as (...args: unknown[]) => void;
    return {
      ...own,
      acquireDocumentWithKey: (file, path, settings, key, snapshot, version, ...rest) =>
        registryOf(file, version).acquireDocumentWithKey(file, path, settings, key, snapshot, version, ...rest),
      updateDocumentWithKey: (file, path, settings, key, snapshot, version, ...rest) =>
        registryOf(file, version).updateDocumentWithKey(file, path, settings, key, snapshot, version, ...rest),
      releaseDocumentWithKey: (path: ts.Path, ...rest: unknown[]) => {
        if (this.virtual.has(path)) release(path, ...rest);
      },
    };
  }

  /** What keeps this version of the file for every notebook, if anything does. */
  private sharedBy(file: string, version: string): ProjectFiles | undefined {
    const { projectFiles } = this.host;
    return projectFiles?.has(file, version) && !this.virtual.has(file) ? projectFiles : undefined;
  }

  private serviceHost(): ts.LanguageServiceHost & ResolutionCacheOwner {
    const { host, virtual } = this;
    const readFile = (file: string): string | undefined => virtual.get(file)?.text ?? host.readFile(file);
    const fileExists = (file: string): boolean => virtual.has(file) || host.fileExists(file);
    const resolutionHost = {
      fileExists,
      readFile,
      directoryExists: (folder: string) => host.directoryExists(folder),
      getDirectories: (folder: string) => host.getDirectories(folder),
      ...(host.readDirectory ? { readDirectory: host.readDirectory } : {}),
      ...(host.realpath ? { realpath: (file: string) => host.realpath?.(file) ?? file } : {}),
    };
    return {
      ...resolutionHost,
      fileExists,
      readFile,
      getScriptFileNames: () => [...this.roots],
      getScriptVersion: (file) => virtual.get(file)?.version.toString() ?? this.versionOf(file),
      getScriptSnapshot: (file) => this.snapshot(file),
      getCurrentDirectory: () => host.root,
      useCaseSensitiveFileNames: () => host.caseSensitive ?? true, // else folders are looked for in small letters
      getCompilationSettings: () => this.options,
      getDefaultLibFileName: (options) => `${host.libFolder}/${ts.getDefaultLibFileName(options)}`,
      jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
      getModuleResolutionCache: () => this.resolutions,
      resolveModuleNameLiterals: (literals, file, redirected, options) =>
        literals.map(({ text }) => this.resolve(text, file, redirected, options, resolutionHost)),
    };
  }

  /** The service asks for every file of the program before every check: those that have not changed are not read again. */
  private snapshot(file: string): ts.IScriptSnapshot | undefined {
    const own = this.virtual.get(file);
    if (own) return ts.ScriptSnapshot.fromString(own.text);
    const version = this.versionOf(file);
    const shared = this.host.projectFiles?.snapshot(file, version, (name) => this.host.readFile(name));
    if (shared) return shared;
    const known = this.snapshots.get(file);
    if (known?.version === version) return known.snapshot;
    const text = this.host.readFile(file);
    if (text === undefined) return undefined;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.snapshots.set(file, { version, snapshot });
    return snapshot;
  }

  private versionOf(file: string): string {
    let version = this.found.get(file);
    if (version === undefined) this.found.set(file, (version = this.host.versionOf(file)));
    return version;
  }

  /** As the project would, and failing that as if the importing file lay in the project's folder. */
  private resolve(
    name: string,
    file: string,
    redirected: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
    resolutionHost: ts.ModuleResolutionHost,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const from = (importer: string): ts.ResolvedModuleWithFailedLookupLocations =>
      ts.resolveModuleName(name, importer, options, resolutionHost, this.resolutions, redirected);
    let found = from(file);
    const target = found.resolvedModule?.resolvedFileName;
    if (target && !target.includes('/node_modules/') && !resolutionHost.fileExists(target)) {
      this.forgetResolutions(); // it was there a moment ago
      found = from(file);
    }
    if (found.resolvedModule || /^[./]/.test(name) || file.includes('/node_modules/')) return found;
    const second = from(`${this.host.root}/index.ts`);
    return second.resolvedModule ? second : found;
  }

  /** Puts a virtual file in place. */
  write(file: string, text: string): void {
    if (this.virtual.get(file)?.text === text) return;
    this.virtual.set(file, { text, version: ++this.versions });
  }

  remove(file: string): void {
    this.virtual.delete(file);
  }

  /** The files that the next check begins with. Files on disk are looked at anew. */
  setRoots(files: readonly string[]): void {
    this.roots = files;
    this.found.clear();
  }

  /** Looks for modules anew: a package may have been installed or a file written since a cell failed to find it. */
  forgetResolutions(): void {
    this.resolutions = this.newResolutionCache();
  }
}
