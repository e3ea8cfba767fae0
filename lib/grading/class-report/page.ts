import type { Attempt, FinalScore } from '../class/records';
import { escapeHtml, sentenceHtml } from '../feedback/text';
import { points, type Lang } from '../text';
import { plots } from './plots';
import { average, classStatistics, type ClassStatistics, type ExerciseRow, type StudentRow } from './statistics';
import { sorting, style } from './style';
import { words, whyText } from './words';

export interface ClassReportOptions {
  readonly className: string;
  readonly lang: Lang;
  /** Slug of the lesson. */
  readonly lesson: string;
  readonly attempts: readonly Attempt[];
  /** One for each student of the class, whether or not anything was handed in. */
  readonly finals: readonly FinalScore[];
  /** IANA name, for the days on the page; UTC unless given. */
  readonly timeZone?: string;
}

/** A report on one lesson of a class, for course staff: a page that needs no network. */
export async function classReportHtml(options: ClassReportOptions): Promise<string> {
  const { className, lang, lesson, attempts, finals, timeZone = 'UTC' } = options;
  const w = words[lang];
  const mine = attempts.filter((attempt) => attempt.lesson === lesson);
  const found = classStatistics(lesson, mine, finals);
  const { pageFigures } = await import('../../figures');
  const charts = found.handedIn ? pageFigures(await plots(found, mine, lang, timeZone)) : [];
  const titles = [w.distribution, w.success, w.overTime];
  const tables = ['', exerciseTable(found, lang), ''];
  const sections = charts.map(
    (chart, i) => `<section aria-label="${titles[i]}"><h2>${titles[i]}</h2>${chart}${tables[i]}</section>`,
  );
  const title = w.title(lesson);
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'">
<meta name="robots" content="noindex">
<title>${escapeHtml(`${title} · ${className}`)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${w.class}${lang === 'zh' ? '：' : ': '}${escapeHtml(className)} · <span class="bad">${w.staff}</span></p>
</header>
<main>
${factsHtml(found, mine.length, lang)}
${found.handedIn ? sections.join('\n') : `<p>${w.nothing}</p>`}
${found.lost.length ? lostTable(found, lang) : ''}
${studentTable(found, lang)}
</main>
<script>${sorting}</script>
</body>
</html>
`;
}

const one = (value: number): string => (Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '–');
const percent = (share: number): string => (Number.isFinite(share) ? `${Math.round(100 * share)} %` : '–');

function factsHtml(found: ClassStatistics, attempts: number, lang: Lang): string {
  const w = words[lang];
  const of = (count: number): string => (found.handedIn ? ` <small>${percent(count / found.handedIn)}</small>` : '');
  const many = found.students.filter((student) => student.attempts > 0).map((student) => student.attempts);
  const facts: [string, string][] = [
    [w.students, String(found.students.length)],
    [w.handedIn, String(found.handedIn)],
    [w.missing, String(found.missing)],
    ...(found.excused ? [[w.excused, String(found.excused)] as [string, string]] : []),
    [w.mean, `${one(found.mean)} <small>/ ${points(found.maxScore)}</small>`],
    [w.median, one(found.median)],
    [w.deviation, one(found.deviation)],
    [w.full, `${found.full}${of(found.full)}`],
    [w.late, `${found.late}${of(found.late)}`],
    [w.attempts, String(attempts)],
    [w.perStudent, one(average(many))],
    ...(found.pending ? [[w.pending, String(found.pending)] as [string, string]] : []),
  ];
  return `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

/** What deserves a look, with enough students to say so. */
function flagsOf({ full, none, discrimination, scored }: ExerciseRow, lang: Lang): string[] {
  const w = words[lang];
  if (scored < 5) return [];
  return [
    ...(full === 0 ? [w.nobody] : []),
    ...(full === 1 ? [w.everybody] : []),
    ...(scored >= 20 && discrimination !== undefined && discrimination < 0.1 && full < 1 && none < 1 ? [w.weak] : []),
  ];
}

function exerciseTable({ exercises }: ClassStatistics, lang: Lang): string {
  const w = words[lang];
  const rows = exercises.map((exercise) => {
    const { gradeId, points: worth, mean, full, none, discrimination } = exercise;
    const cells = [
      cell(`<code>${escapeHtml(gradeId)}</code>`, gradeId),
      cell(points(worth), worth, true),
      cell(percent(mean), mean, true),
      cell(percent(full), full, true),
      cell(percent(none), none, true),
      cell(
        discrimination === undefined ? '–' : discrimination.toFixed(2).replace('-', '−'),
        discrimination ?? '',
        true,
      ),
      cell(
        `<span class="bad">${flagsOf(exercise, lang).join(lang === 'zh' ? '，' : ', ')}</span>`,
        flagsOf(exercise, lang).join(),
      ),
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  const heads = [
    head(w.exercise, lang),
    ...[w.points, w.earned, w.fullShare, w.none, w.discrimination].map((name) => head(name, lang, true)),
    head(w.flags, lang),
  ];
  return `${table(heads, rows)}<p class="soft">${w.discriminationNote}</p>`;
}

const mostLost = 25;

function lostTable({ lost }: ClassStatistics, lang: Lang): string {
  const w = words[lang];
  const rows = lost.slice(0, mostLost).map(({ gradeId, check, cause, kind, students, points: cost, example }) => {
    const why = whyText(lang, cause, kind);
    return `<tr>${[
      cell(`<code>${escapeHtml(gradeId)}</code>`, gradeId),
      cell(escapeHtml(check), check),
      cell(why, why),
      cell(String(students), students, true),
      cell(points(cost), cost, true),
      `<td class="why" data-v="">${sentenceHtml(example)}</td>`,
    ].join('')}</tr>`;
  });
  const heads = [
    head(w.exercise, lang),
    head(w.check, lang),
    head(w.why, lang),
    head(w.students, lang, true),
    head(w.points, lang, true),
    `<th scope="col">${w.example}</th>`,
  ];
  const more = lost.length > mostLost ? `<p class="soft">${w.more(lost.length - mostLost)}</p>` : '';
  return `<section aria-label="${w.lost}"><h2>${w.lost}</h2>${table(heads, rows)}${more}</section>`;
}

function studentTable({ students, exercises }: ClassStatistics, lang: Lang): string {
  const w = words[lang];
  const rows = students.map(({ final, attempts, exercises: its }: StudentRow) => {
    const number = (value: number | undefined): string =>
      cell(value === undefined ? '–' : points(value), value ?? '', true);
    const there = final.attempt > 0;
    return `<tr>${[
      cell(escapeHtml(final.student), final.student),
      final.excused ? cell(w.excused, '', true) : number(there ? final.score : undefined),
      number(there ? final.raw : undefined),
      number(there ? final.penalty : undefined),
      number(there ? (final.daysLate ?? 0) : undefined),
      number(attempts),
      number(there ? final.attempt : undefined),
      ...exercises.map(({ gradeId }) => {
        const scored = its.get(gradeId);
        return number(scored && !scored.pending ? scored.score : undefined);
      }),
    ].join('')}</tr>`;
  });
  const heads = [
    head(w.student, lang),
    ...[w.final, w.raw, w.penalty, w.daysLate, w.attempts, w.attempt].map((name) => head(name, lang, true)),
    ...exercises.map(({ gradeId }) => head(gradeId, lang, true)),
  ];
  return `<section aria-label="${w.students}"><h2>${w.students}</h2>${table(heads, rows)}</section>`;
}

const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<div class="wide" tabindex="0"><table><thead><tr>${heads.join('')}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;

const head = (name: string, lang: Lang, number = false): string =>
  `<th scope="col"${number ? ' class="n"' : ''}><button type="button" title="${escapeHtml(`${words[lang].sort} ${name}`)}">${escapeHtml(name)}</button></th>`;

const cell = (html: string, value: string | number, number = false): string =>
  `<td${number ? ' class="n"' : ''} data-v="${escapeHtml(typeof value === 'number' && !Number.isFinite(value) ? '' : String(value))}">${html}</td>`;
