import { type Lang, langs, type Term } from './types';

export interface Header {
  title: Partial<Record<Lang, string>>;
  summary: Partial<Record<Lang, string>>;
  minutes?: number;
  /** Of the glossary: English, Chinese, line. */
  terms: Term[];
}

type Report = (line: number, message: string) => void;

/**
 * The YAML between `// ---` and `// ---`, of which a lesson needs only this much:
 *
 *     // ---
 *     // title:
 *     //   en: Variational autoencoder
 *     //   zh: 变分自编码器
 *     // minutes: 45
 *     // terms:
 *     //   evidence lower bound (ELBO): 证据下界
 *     // ---
 *
 * jupytext keeps it as a raw cell, and may add a `jupyter:` part of its own, which is passed over.
 * @param lines without their comment signs; `first` is the line number of the first
 */
export function readHeader(lines: readonly string[], first: number, report: Report): Header {
  const header: Header = { title: {}, summary: {}, terms: [] };
  let section: string | undefined;
  lines.forEach((text, index) => {
    const line = first + index;
    if (text.trim() === '') return;
    const match = /^( *)([A-Za-z_]+):(?: +(.*?))? *$/.exec(text);
    if (section === 'jupyter' && text.startsWith(' ')) return;
    if (section === 'terms' && text.startsWith(' ')) {
      const [, en, zh] = /^ +(\S.*?): +(\S.*?) *$/.exec(text) ?? [];
      if (en === undefined) report(line, `a term is "English: 中文", not: ${text.trim()}`);
      else header.terms.push({ en: unquote(en), zh: unquote(zh), line });
      return;
    }
    if (!match) return report(line, `the header holds "key: value" lines, not: ${text.trim()}`);
    const [, indent, key, raw] = match;
    const value = raw === undefined || raw === '' ? undefined : unquote(raw);
    if (indent === '') {
      section = value === undefined ? key : undefined;
      if (key === 'minutes') {
        if (Number(value) > 0) header.minutes = Number(value);
        else report(line, `minutes is a number above 0, not: ${value ?? '(nothing)'}`);
      } else if (!['title', 'summary', 'terms', 'jupyter'].includes(key)) {
        report(line, `the header has no "${key}"; it may have title, summary, minutes and terms`);
      } else if (key === 'terms' && value !== undefined) {
        report(line, 'terms stand on indented lines below, each "English: 中文"');
      } else if (value !== undefined) {
        report(line, `${key} is given for each language: "en: …" and "zh: …" on indented lines below`);
      }
      return;
    }
    if ((section !== 'title' && section !== 'summary') || !(langs as readonly string[]).includes(key)) {
      return report(line, `expected "en:" or "zh:" under title or summary, found: ${text.trim()}`);
    }
    if (value === undefined) return report(line, `${section} has no text for ${key}`);
    header[section][key as Lang] = value;
  });
  return header;
}

function unquote(text: string): string {
  if (/^".*"$/.test(text)) {
    try {
      return String(JSON.parse(text));
    } catch {
      return text.slice(1, -1);
    }
  }
  return /^'.*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}
