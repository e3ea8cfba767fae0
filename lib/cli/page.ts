import { Marked } from 'marked';
import temml from 'temml';
import ts from 'typescript';

/** A notebook as it lies in its file: texts are whole, or cut into lines. */
export interface SavedNotebook {
  readonly cells: readonly SavedCell[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

type Text = string | readonly string[];

export interface SavedCell {
  readonly cell_type: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly source: Text;
  readonly execution_count?: number | null;
  readonly outputs?: readonly unknown[];
}

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: Text;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

export const textOf = (text: Text | undefined): string => (typeof text === 'string' ? text : (text ?? []).join(''));

export const escapeHtml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/**
 * A notebook as one page that needs no network: formulas are MathML, and figures are what the outputs hold. (nbconvert's
 * own page fetches its formula renderer from the internet.)
 */
export function notebookPage(notebook: SavedNotebook, title: string): string {
  const body = notebook.cells.map(cellHtml).join('\n');
  const first = notebook.cells.find((cell) => cell.cell_type === 'markdown');
  const heading = /^#\s+(.+)$/m.exec(textOf(first?.source))?.[1];
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(heading ?? title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

export function cellHtml({ cell_type: kind, source, execution_count: count, outputs = [] }: SavedCell): string {
  const text = textOf(source);
  if (kind === 'markdown') return `<section class="text">${markdownHtml(text)}</section>`;
  if (kind !== 'code') return '';
  const shown = merged(outputs as readonly Output[])
    .map(outputHtml)
    .filter(Boolean);
  return [
    `<section class="code"><div class="count">[${count ?? ' '}]</div><pre><code>${codeHtml(text)}</code></pre></section>`,
    ...shown.map((html) => `<section class="output">${html}</section>`),
  ].join('\n');
}

const markdown = new Marked({ gfm: true });

/** Formulas are taken out before Markdown sees them (an underscore is no emphasis) and put back rendered. */
export function markdownHtml(text: string): string {
  const kept: string[] = [];
  const keep = (html: string): string => `\uE000${kept.push(html) - 1}\uE001`;
  const without = text
    .split(/(^```[^]*?^```|`[^`\n]*`)/m) // code stays as it is: every second part
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/\$\$([^]+?)\$\$/g, (_, tex: string) => keep(formula(tex, true)))
            .replace(/(?<![\\$])\$(?![\s$])((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)/g, (_, tex: string) =>
              keep(formula(tex, false)),
            ),
    )
    .join('');
  return String(markdown.parse(without)).replace(/\uE000(\d+)\uE001/g, (_, i: string) => kept[Number(i)]);
}

/** A formula that cannot be read is shown as it was written. */
function formula(tex: string, displayMode: boolean): string {
  return temml.renderToString(tex.trim(), { displayMode, throwOnError: false });
}

/** TypeScript with its keywords, strings, numbers and comments marked. */
export function codeHtml(code: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, code);
  let html = '';
  const holes: number[] = []; // of the template literals we are in: how many braces are open in the hole
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const innermost = holes.length - 1;
    if (token === ts.SyntaxKind.TemplateHead) holes.push(0);
    else if (token === ts.SyntaxKind.OpenBraceToken && innermost >= 0) holes[innermost]++;
    else if (token === ts.SyntaxKind.CloseBraceToken && innermost >= 0 && --holes[innermost] < 0) {
      holes[innermost] = 0; // this brace ends the hole: what follows is the literal's text
      token = scanner.reScanTemplateToken(false);
      if (token === ts.SyntaxKind.TemplateTail) holes.pop();
    }
    const text = escapeHtml(scanner.getTokenText());
    const kind = kindOf(token);
    html += kind ? `<span class="${kind}">${text}</span>` : text;
  }
  return html;
}

function kindOf(token: ts.SyntaxKind): string | undefined {
  const { SyntaxKind: Kind } = ts;
  if (token === Kind.SingleLineCommentTrivia || token === Kind.MultiLineCommentTrivia) return 'comment';
  if (token === Kind.StringLiteral || (token >= Kind.FirstTemplateToken && token <= Kind.LastTemplateToken)) {
    return 'string';
  }
  if (token === Kind.NumericLiteral || token === Kind.BigIntLiteral) return 'number';
  return token >= Kind.FirstKeyword && token <= Kind.LastKeyword ? 'keyword' : undefined;
}

/** Neighbouring pieces of the same stream are one text. */
function merged(outputs: readonly Output[]): Output[] {
  const result: Output[] = [];
  for (const output of outputs) {
    const last = result.at(-1);
    if (output.output_type === 'stream' && last?.output_type === 'stream' && last.name === output.name) {
      result[result.length - 1] = { ...last, text: textOf(last.text) + textOf(output.text) };
    } else {
      result.push(output);
    }
  }
  return result;
}

function outputHtml(output: Output): string {
  if (output.output_type === 'stream') {
    return `<pre class="${output.name === 'stderr' ? 'stderr' : 'stdout'}">${escapeHtml(settled(textOf(output.text)))}</pre>`;
  }
  if (output.output_type === 'error') {
    const lines = output.traceback?.length ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`;
    return `<pre class="error">${escapeHtml(withoutColours(lines))}</pre>`;
  }
  return bundleHtml(output.data ?? {});
}

/** The richest form that a page without scripts of its own can show. */
function bundleHtml(data: Readonly<Record<string, unknown>>): string {
  const get = (type: string): string | undefined => {
    const value = data[type];
    return typeof value === 'string' || Array.isArray(value) ? textOf(value as Text) : undefined;
  };
  const html = get('text/html') ?? get('image/svg+xml');
  if (html !== undefined) return html;
  for (const type of ['image/png', 'image/jpeg', 'image/gif']) {
    const bytes = get(type);
    if (bytes !== undefined) return `<img alt="" src="data:${type};base64,${bytes.replace(/\s/g, '')}">`;
  }
  const text = get('text/markdown') ?? get('text/latex');
  if (text !== undefined) return markdownHtml(text);
  const plain = get('text/plain');
  return plain === undefined ? '' : `<pre>${escapeHtml(withoutColours(plain))}</pre>`;
}

/** What a terminal would show of text that goes back to the start of its line (a progress bar). */
function settled(text: string): string {
  return withoutColours(text)
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\r').at(-1))
    .join('\n');
}

function withoutColours(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape character is what we look for
  return text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, '');
}

export const style = `
:root { color-scheme: light; }
body { margin: 0; color: #1b1f24; background: #fff; font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', 'Noto Sans',
  'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
section { margin: 0.6rem 0; }
section.code { position: relative; }
.count { position: absolute; right: 0.6rem; top: 0.4rem; color: #8c959f; font: 12px/1 ui-monospace, monospace; }
pre { overflow-x: auto; margin: 0; font: 13.5px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
section.code pre, .text pre { background: #f6f8fa; border-left: 3px solid #0072b2; padding: 0.7rem 0.9rem; }
section.output { overflow-x: auto; padding-left: 0.9rem; }
pre.stderr, pre.error { background: #fff1ef; border-left: 3px solid #d55e00; padding: 0.7rem 0.9rem; }
.keyword { color: #0550ae; } .string { color: #0a6f43; } .number { color: #953800; } .comment { color: #6a737d; }
code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.9em; }
img, svg { max-width: 100%; }
table { border-collapse: collapse; } th, td { border: 1px solid #d0d7de; padding: 0.25rem 0.6rem; }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid #d0d7de; color: #57606a; }
math { font-size: 1.1em; } math[display='block'] { margin: 0.8rem 0; overflow-x: auto; }
`;
