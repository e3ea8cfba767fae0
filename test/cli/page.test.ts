import { describe, expect, it } from 'vitest';
import { markdownHtml, notebookPage } from '../../lib/cli/page';

const code = (source: string, outputs: readonly unknown[] = []) => ({
  cells: [{ cell_type: 'code', source: [source], execution_count: 1, outputs }],
});

describe('text', () => {
  it('shows formulas as MathML, untouched by Markdown', () => {
    const html = markdownHtml('With $x_i * y_i$ and **bold**:\n\n$$\n\\sum_i x_i\n$$\n');
    expect(html).toContain('<strong>bold</strong>');
    expect(html).not.toContain('<em>');
    expect(html.match(/<math/g)).toHaveLength(2);
    expect(html).toContain('display="block"');
  });

  it('leaves prices and code alone', () => {
    expect(markdownHtml('It costs $5 or $6.')).not.toContain('<math');
    const html = markdownHtml('`$a$` and\n\n```\n$b$\n```\n');
    expect(html).not.toContain('<math');
    expect(html).toContain('<code>$a$</code>');
  });

  it('shows a formula it cannot read as it was written', () => {
    expect(markdownHtml('$\\frac{1}{$')).toContain('\\frac{1}{');
  });
});

describe('code', () => {
  it('keeps every character and marks what it is', () => {
    const source = 'const a = `x${f({ b: 1 })}y`; // 1 < 2\nlet s: string = "é & <b>";';
    const html = notebookPage(code(source), 'x');
    const shown = /<code>([^]*?)<\/code>/.exec(html)?.[1] ?? '';
    const plain = shown
      .replace(/<[^>]*>/g, '')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&');
    expect(plain).toBe(source);
    expect(shown).toContain('<span class="keyword">const</span>');
    expect(shown).toContain('<span class="string">}y`</span>');
    expect(shown).toContain('<span class="comment">// 1 &lt; 2</span>');
  });
});

describe('outputs', () => {
  it('shows the richest form of a result', () => {
    const data = { 'text/plain': 'plain', 'image/png': 'aGk=\n' };
    const html = notebookPage(code('x', [{ output_type: 'execute_result', data }]), 'x');
    expect(html).toContain('src="data:image/png;base64,aGk="');
    expect(html).not.toContain('plain</pre>');
  });

  it('shows what a progress bar ends with, and no colour codes', () => {
    const outputs = ['10 %\r', '100 %\n', '\x1b[31mred\x1b[0m'].map((text) => ({
      output_type: 'stream',
      name: 'stdout',
      text: [text],
    }));
    expect(notebookPage(code('x', outputs), 'x')).toContain('<pre class="stdout">100 %\nred</pre>');
  });

  it('shows an error with its lines, and escapes them', () => {
    const error = { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['E: <v>', '  at cell 1'] };
    expect(notebookPage(code('x', [error]), 'x')).toContain('<pre class="error">E: &lt;v&gt;\n  at cell 1</pre>');
  });

  it('asks nothing of a network', () => {
    const html = notebookPage(code('1', []), 'x');
    expect(html).not.toMatch(/https?:\/\//);
  });
});
