import ts from 'typescript';

interface Kept {
  readonly version: string;
  readonly snapshot: ts.IScriptSnapshot;
}

/**
 * The project's own files and the declarations of its packages, read and parsed once in a process, whichever notebook asks:
 * more than a thousand files, and most of the time that a notebook's first cell takes. A file is kept as it was first met;
 * a notebook that meets another version of it parses that one for itself.
 */
export class ProjectFiles {
  readonly registry: ts.DocumentRegistry;
  private readonly folder: string;
  private readonly kept = new Map<string, Kept>();

  /** @param root the project's folder */
  constructor(root: string) {
    this.folder = `${root.replaceAll('\\', '/')}/`;
    this.registry = ts.createDocumentRegistry(true, root, ts.JSDocParsingMode.ParseNone);
  }

  /** Whether this version of the file is the one that is kept. */
  has(file: string, version: string): boolean {
    return this.kept.get(file)?.version === version;
  }

  /** The file's text, kept from now on; undefined when there is no such file, it is not the project's, or another version is kept. */
  snapshot(file: string, version: string, read: (file: string) => string | undefined): ts.IScriptSnapshot | undefined {
    const known = this.kept.get(file);
    if (known) return known.version === version ? known.snapshot : undefined;
    const text = file.startsWith(this.folder) ? read(file) : undefined;
    if (text === undefined) return undefined;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.kept.set(file, { version, snapshot });
    return snapshot;
  }
}
