/** The pairs of a class as one page that needs nothing else: the unusual ones first, side by side, with what both have. */
import type { Lang } from '../text';
import type { ComparedSubmission, Region, SimilarPair } from './pairs';

const words = {
  en: {
    title: 'Similar submissions',
    intro:
      'Names, literals, comments, layout and the order of functions make no difference; given code and what a third of the class has do not count. A high score is a reason to look, and no proof.',
    none: 'No pair of this class is unusually alike.',
    unusual: 'worth a look',
    usual: 'Pairs that are as alike as others of this class',
    score: 'alike',
    shared: 'rare fragments in common',
    deviations: 'standard deviations above the class',
    students: 'Students',
  },
  zh: {
    title: '提交内容的相似度',
    intro:
      '比较时不考虑变量名、字面量、注释、排版和函数顺序；课程给出的代码以及全班三分之一以上同学都有的片段不计入。相似度高只说明值得查看，并不构成证据。',
    none: '本班没有异常相似的提交。',
    unusual: '建议查看',
    usual: '相似程度与班级平均水平相当的提交',
    score: '相似度',
    shared: '个共有的罕见片段',
    deviations: '个标准差，高于班级水平',
    students: '学生',
  },
} as const;

const escape = (text: string): string =>
  text
    .replace(/[^\P{C}\n\t]/gu, '\ufffd') // what could turn the reading order, or is half a character
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const colours = ['#56B4E9', '#E69F00', '#009E73', '#CC79A7', '#F0E442', '#0072B2', '#D55E00'];

export interface SimilarityPage {
  readonly lang: Lang;
  /** Of the lesson. */
  readonly title: string;
  readonly submissions: readonly ComparedSubmission[];
  /** Usual pairs listed without their text; 20 unless said. */
  readonly listed?: number;
}

export function similarityHtml(
  pairs: readonly SimilarPair[],
  { lang, title, submissions, listed = 20 }: SimilarityPage,
): string {
  const w = words[lang];
  const byStudent = new Map(submissions.map((one) => [one.student, one]));
  const unusual = pairs.filter((pair) => pair.unusual);
  const usual = pairs.filter((pair) => !pair.unusual).slice(0, listed);
  const figures = ({ score, shared, deviations }: SimilarPair): string =>
    [
      `${w.score} ${Math.round(score * 100)} %`,
      `${shared} ${w.shared}`,
      ...(deviations === undefined ? [] : [`${deviations.toFixed(1)} ${w.deviations}`]),
    ].join(' · ');
  const sections = unusual.map((pair, i) => {
    const [one, other] = pair.students.map((student, side) => {
      const cells = byStudent.get(student)?.cells ?? [];
      const text = cells.map(({ gradeId, source }) => {
        const marks = pair.regions.map((both, number) => ({ region: both[side], number }));
        const own = marks.filter(({ region }) => region.gradeId === gradeId);
        return `<h4>${escape(gradeId)}</h4><pre>${marked(source, own, i)}</pre>`;
      });
      return `<div><h3>${escape(student)}</h3>${text.join('')}</div>`;
    });
    return `<section><h2>${pair.students.map(escape).join(' – ')} <small>${w.unusual} · ${figures(pair)}</small></h2>
<div class="both">${one}${other}</div></section>`;
  });
  const rows = usual.map(
    (pair) => `<tr><td>${pair.students.map(escape).join(' – ')}</td><td>${figures(pair)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${w.title} · ${escape(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }
small { font-weight: normal; color: #666; font-size: 14px }
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 1em }
.both > div { min-width: 0 }
pre { font: 13px/1.45 ui-monospace, monospace; background: #f6f6f6; padding: 8px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere }
mark { color: inherit; border-bottom: 3px solid; padding: 0 1px }
td { padding: 2px 1em 2px 0 }
section { border-top: 1px solid #ddd; margin-top: 1.5em }
</style>
</head>
<body>
<h1>${w.title} · ${escape(title)}</h1>
<p>${w.intro}</p>
${sections.join('\n') || `<p>${w.none}</p>`}
${rows.length ? `<h2>${w.usual}</h2>\n<table><tr><th align="left">${w.students}</th><th></th></tr>\n${rows.join('\n')}\n</table>` : ''}
</body>
</html>
`;
}

/** A cell's text with the stretches that both have, numbered alike on both sides. */
function marked(source: string, marks: readonly { region: Region; number: number }[], pair: number): string {
  let [html, done] = ['', 0];
  for (const { region, number } of [...marks].sort((a, b) => a.region.start - b.region.start)) {
    const start = Math.max(done, region.start);
    if (region.end <= start) continue;
    const colour = colours[number % colours.length];
    html += `${escape(source.slice(done, start))}<mark title="${number + 1}" data-pair="${pair + 1}.${number + 1}" style="background:${colour}33;border-color:${colour}">${escape(source.slice(start, region.end))}</mark>`;
    done = region.end;
  }
  return html + escape(source.slice(done));
}
