import { forStudent } from '../audience';
import type { Attempt, FinalScore } from '../class/records';
import type { Release } from '../course';
import { scoredExercises, type Scored } from '../policy';
import { points, type Lang } from '../text';
import { answerOf, cellsOf } from './answer';
import { exerciseHtml, idOf, notesHtml, tag } from './exercise';
import { style } from './style';
import { escapeHtml } from './text';
import { words } from './words';

export interface FeedbackOptions {
  /** Language of the page; reasons are in the language that the attempt was graded in. */
  readonly lang: Lang;
  /** What counts for the student in this lesson, of this or another attempt. */
  readonly final: FinalScore;
  readonly release: Release;
  /** `staff` also see names, reasons and hints of hidden checks; `student` unless given. */
  readonly audience?: 'student' | 'staff';
  /** IANA name, for the times on the page; UTC unless given. */
  readonly timeZone?: string;
}

/**
 * One attempt's feedback as a page that needs nothing else: no network, no script. The student's cells stand beside the
 * reasons. A student's page holds nothing of hidden checks but what their spec allows.
 * @param notebook the notebook that was handed in, as parsed JSON; may be anything
 */
export function feedbackHtml(attempt: Attempt, notebook: unknown, options: FeedbackOptions): string {
  const { lang, final, release, audience = 'student', timeZone = 'UTC' } = options;
  const w = words[lang];
  const result = attempt.result && (audience === 'staff' ? attempt.result : forStudent(attempt.result));
  const title = w.title(release.lesson.title[lang]);
  const cells = cellsOf(notebook);
  const said = result?.lang ?? lang;
  const scored = new Map(scoredExercises(attempt).map((one) => [one.gradeId, one]));
  const cards = (result?.exercises ?? []).flatMap((exercise) => {
    const its = scored.get(exercise.gradeId);
    return its ? [{ attempt, release, lang, said, exercise, scored: its, answer: answerOf(exercise, cells) }] : [];
  });
  const time = (iso: string): string =>
    `<time datetime="${escapeHtml(iso)}">${escapeHtml(new Intl.DateTimeFormat(tag(lang), { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(iso)))} (${escapeHtml(timeZone)})</time>`;
  const facts: [string, string][] = [
    [w.student, escapeHtml(attempt.student)],
    [w.attempt, String(attempt.number)],
    [w.handedIn, time(attempt.submittedAt)],
    ...(attempt.gradedAt ? [[w.graded, time(attempt.gradedAt)] as [string, string]] : []),
  ];
  return `<!doctype html>
<html lang="${tag(lang)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="robots" content="noindex">
<title>${escapeHtml(`${title} · ${attempt.student}`)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>
${audience === 'staff' ? `<p class="bad">${w.staff}</p>` : ''}
</header>
<main>
${result ? scoreHtml(attempt, final, [...scored.values()], lang) : `<p class="score">${w.notGraded}</p>`}
${notesHtml(result?.notes ?? [], { lang, said })}
${cards.length ? overviewHtml([...scored.values()], lang) : ''}
${cards.map(exerciseHtml).join('\n')}
</main>
<footer>${escapeHtml(attempt.lesson)} · SHA-256 <code>${escapeHtml(attempt.hash.slice(0, 16))}</code></footer>
</body>
</html>
`;
}

function scoreHtml(attempt: Attempt, final: FinalScore, scored: readonly Scored[], lang: Lang): string {
  const w = words[lang];
  const raw = scored.reduce((all, one) => all + one.score, 0);
  const max = scored.reduce((all, one) => all + one.points, 0);
  const counts = final.attempt === attempt.number;
  const [score, whole] = counts ? [final.score, final.maxScore] : [raw, max];
  const late =
    counts && final.penalty > 0
      ? `<span>${w.beforeLateness}${lang === 'zh' ? '：' : ': '}${points(final.raw)}${lang === 'zh' ? '；' : '; '}${w.late(final.daysLate ?? 0)}${lang === 'zh' ? '：' : ': '}<b class="bad">−${points(final.penalty)}</b></span>`
      : counts && final.daysLate
        ? `<span>${w.late(final.daysLate)}</span>`
        : '';
  const which = final.excused
    ? w.excused
    : counts
      ? w.counts
      : final.attempt > 0
        ? w.other(final.attempt, points(final.score), points(final.maxScore))
        : '';
  const praise =
    counts && whole > 0 && final.raw >= whole && !final.penalty ? `<span class="good">${w.whole}</span>` : '';
  return `<p class="score"><span>${w.score} <strong>${points(score)}</strong>${w.of}${points(whole)} ${w.points}</span>${late}${which ? `<span class="soft">${escapeHtml(which)}</span>` : ''}${praise}</p>`;
}

function overviewHtml(scored: readonly Scored[], lang: Lang): string {
  const w = words[lang];
  const rows = scored.map(({ gradeId, score, points: worth, pending }) => {
    const share = worth > 0 ? Math.round((100 * score) / worth) : 0;
    const shown = pending ? w.pending : `${points(score)}${w.of}${points(worth)}`;
    return `<tr><td><a href="#${idOf(gradeId)}"><code>${escapeHtml(gradeId)}</code></a></td><td><span class="bar" aria-hidden="true"><i style="width:${share}%"></i></span></td><td class="n">${shown}</td></tr>`;
  });
  return `<nav aria-label="${w.exercises}"><table><thead><tr><th scope="col">${w.exercise}</th><td></td><th scope="col" class="n">${w.score}</th></tr></thead><tbody>${rows.join('')}</tbody></table></nav>`;
}
