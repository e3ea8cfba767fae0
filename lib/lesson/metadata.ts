import type { Json } from './types';

/** A marker line's words: `// %% [markdown] A title lang="en" tags=["setup"]`. */
export interface Marker {
  readonly markdown: boolean;
  readonly title?: string;
  readonly metadata: { readonly [key: string]: Json };
  /** The same line as jupytext writes it. */
  readonly canonical: string;
}

/**
 * Reads what follows `// %%` in jupytext's key=value form, values in JSON.
 * @throws SyntaxError that says what is wrong
 */
export function readMarker(text: string): Marker {
  const firstKey = /(?:^|\s)[A-Za-z][\w.-]*=/.exec(text);
  const head = text.slice(0, firstKey?.index ?? text.length);
  const type = /\[([^\]]*)\]/.exec(head);
  if (type && type[1] !== 'markdown') {
    throw new SyntaxError(`a cell is code or [markdown]; there is no [${type[1]}]`);
  }
  const title = head
    .replace(type?.[0] ?? '', ' ')
    .trim()
    .replace(/\s+/g, ' ');
  if (/[={%]/.test(title)) throw new SyntaxError(`a cell's title may not hold "=", "{" or "%": ${title}`);
  const metadata = firstKey ? readPairs(text.slice(firstKey.index)) : {};
  return {
    markdown: type !== null,
    ...(title ? { title } : {}),
    metadata,
    canonical: writeMarker(type !== null, title, metadata),
  };
}

function readPairs(text: string): Record<string, Json> {
  const pairs: Record<string, Json> = {};
  let at = 0;
  for (;;) {
    while (text[at] === ' ') at++;
    if (at >= text.length) return pairs;
    const key = /^([A-Za-z][\w.-]*)=/.exec(text.slice(at))?.[1];
    if (!key) throw new SyntaxError(`expected key=value, found: ${text.slice(at)}`);
    if (Object.hasOwn(pairs, key)) throw new SyntaxError(`${key} is given twice`);
    at += key.length + 1;
    const end = endOfValue(text, at);
    const value = text.slice(at, end);
    try {
      pairs[key] = JSON.parse(value) as Json;
    } catch {
      throw new SyntaxError(`the value of ${key} is no JSON: ${value || '(nothing)'}. A text stands in double quotes`);
    }
    at = end;
  }
}

/** A value ends at the first space that is outside strings and brackets. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    else if (char === ' ' && depth <= 0) return i;
  }
  return text.length;
}

/** nbformat sorts a cell's metadata and jupytext writes it in that order, so any other order would not survive a round trip. */
function writeMarker(markdown: boolean, title: string, metadata: { readonly [key: string]: Json }): string {
  const pairs = Object.keys(metadata)
    .sort()
    .map((key) => `${key}=${pythonJson(metadata[key])}`);
  return ['// %%', ...(title ? [title] : []), ...(markdown ? ['[markdown]'] : []), ...pairs].join(' ');
}

/** JSON as Python's json.dumps writes it: a space after `,` and `:`, nothing beyond ASCII. */
export function pythonJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
