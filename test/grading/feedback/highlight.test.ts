import { describe, expect, it } from 'vitest';
import { highlight } from '../../../lib/grading/feedback/highlight';

const plain = (html: string): string =>
  html.replace(/<\/?span[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

describe('highlighting', () => {
  it.each([
    'const a = 1;\n\nreturn `x ${ {b: `${c}`} } y`;',
    'let r = /[/"]+/g.test(a) ? b / c : d;\n"unfinished',
    '`never\nclosed ${ x',
    '/* open\ncomment',
    '}}}} ) <T,>(x) => <y>z;\r\n\tconst 变量 = "值";',
    '',
  ])('keeps every character of %j', (source) => {
    expect(highlight(source).lines.map(plain).join('\n')).toBe(source.replace(/\r/g, '⟨U+000D⟩'));
  });
  it.each<[string, string]>([
    ['return 1', '<span class="k">return</span> <span class="n">1</span>'],
    ["'a' // b", '<span class="s">&#39;a&#39;</span> <span class="c">// b</span>'],
    ['x = /a/', 'x = <span class="s">/a/</span>'],
    ['x / y / z', 'x / y / z'],
    ['`a${b}c`', '<span class="s">`a${</span>b<span class="s">}c`</span>'],
  ])('marks %j', (source, html) => expect(highlight(source).lines).toEqual([html]));
});
