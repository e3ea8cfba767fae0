import type { Attempt, Mark } from '../class/records';
import type { Release } from '../course';
import type { Scored } from '../policy';
import type { CheckResult, ExerciseResult } from '../results';
import type { SubmittedCell } from '../submission';
import { points, say, type Lang } from '../text';
import { highlight, plainLines } from './highlight';
import { escapeHtml, sentenceHtml } from './text';
import { words } from './words';

export interface Card {
  readonly attempt: Attempt;
  readonly release: Release;
  readonly lang: Lang;
  /** Language of reasons and notes. */
  readonly said: Lang;
  readonly exercise: ExerciseResult;
  readonly scored: Scored;
  readonly answer: SubmittedCell | undefined;
}

export const idOf = (gradeId: string): string => `exercise-${escapeHtml(gradeId)}`;

/** One exercise: the student's cell on the left, what became of it on the right. */
export function exerciseHtml(card: Card): string {
  const { exercise, scored, answer, lang } = card;
  const w = words[lang];
  const heading = headingOf(card);
  const id = idOf(exercise.gradeId);
  const score = `${points(scored.score)}${w.of}${points(scored.points)} ${w.points}`;
  return `<article aria-labelledby="${id}">
<h2 id="${id}"><span><code>${escapeHtml(exercise.gradeId)}</code>${heading ? ` <small>${escapeHtml(heading)}</small>` : ''}</span> <span>${scored.pending ? w.pending : score}</span></h2>
${notesHtml(exercise.notes, card)}
<div class="two">
<section aria-label="${answer ? w.answer(answer.number) : w.noAnswer}">
${answer ? answerHtml(card, answer) : `<p class="soft">${w.noAnswer}</p>`}
</section>
<section aria-label="${w.checks}">
${markHtml(card)}${exercise.checks.length ? `<ul class="checks">\n${exercise.checks.map((check) => checkHtml(check, card)).join('\n')}\n</ul>` : ''}
</section>
</div>
</article>`;
}

export function notesHtml(notes: readonly string[], { lang, said }: Pick<Card, 'lang' | 'said'>): string {
  if (!notes.length) return '';
  const items = notes.map((note) => `<li>${sentenceHtml(note)}</li>`).join('');
  return `<div class="notes" role="note" aria-label="${words[lang].notes}"><ul lang="${tag(said)}">${items}</ul></div>`;
}

export const tag = (lang: Lang): string => (lang === 'zh' ? 'zh-CN' : 'en');

/** The heading that the exercise stands under in the lesson. */
function headingOf({ release, exercise, lang }: Card): string | undefined {
  let heading: string | undefined;
  for (const cell of release.lesson.cells) {
    if (cell.gradeId === exercise.gradeId) return heading;
    if (cell.kind !== 'markdown' || cell.lang !== lang) continue;
    const found = [...cell.source.matchAll(/^#{2,4}\s+(.+)$/gm)].at(-1)?.[1];
    if (found !== undefined) heading = found.replace(/[*`$]/g, '');
  }
  return undefined;
}

function answerHtml({ exercise, lang }: Card, answer: SubmittedCell): string {
  const w = words[lang];
  const { lines, cut } =
    answer.type === 'code' || exercise.checks.length ? highlight(answer.source) : plainLines(answer.source);
  const marked = new Set(exercise.checks.flatMap(({ line }) => line ?? []));
  const shown = lines.map((line, i) => {
    const at = marked.has(i + 1);
    return `<span class="l${at ? ' at' : ''}"${at ? ` id="${lineId(exercise, i + 1)}" data-note="${w.markedLine}"` : ''}>${line}</span>`;
  });
  const end = cut ? `\n<p class="soft">${w.cut}</p>` : '';
  return `<h3>${w.answer(answer.number)}</h3>\n<pre tabindex="0"><code>${shown.join('')}</code></pre>${end}`;
}

const lineId = ({ gradeId }: ExerciseResult, line: number): string => `${idOf(gradeId)}-line-${line}`;

function checkHtml(check: CheckResult, { lang, said, exercise, answer }: Card): string {
  const w = words[lang];
  const [sign, kind, spoken] =
    check.earned >= check.points
      ? ['✓', 'good', w.met]
      : check.earned > 0
        ? ['◐', 'part', w.partlyMet]
        : ['✗', 'bad', w.notMet];
  const lost = check.earned < check.points;
  const line = check.line !== undefined && answer ? check.line : undefined;
  const link = line === undefined ? '' : ` <a href="#${lineId(exercise, line)}">${w.line(line)}</a>`;
  const told = check.reason ?? (lost && check.hidden ? w.hiddenReason : undefined);
  const by = check.reason === undefined ? lang : said;
  const parts = [
    check.credit === undefined
      ? ''
      : `<p class="soft">${w.partly}<span lang="${tag(said)}">${sentenceHtml(check.credit)}</span></p>`,
    told === undefined ? '' : `<p class="why" lang="${tag(by)}">${sentenceHtml(told)}${link}</p>`,
    check.hint === undefined
      ? ''
      : `<p class="hint">${w.hint}<span lang="${tag(said)}">${sentenceHtml(check.hint)}</span></p>`,
  ];
  return `<li><b class="${kind}" aria-hidden="true">${sign}</b><span class="vh">${spoken}: </span><span lang="${tag(said)}">${sentenceHtml(check.name)}</span> <span class="soft">(${points(check.earned)}${w.of}${points(check.points)})</span>${parts.join('')}</li>`;
}

/** What a person gave: the rubric with what applies, and the comment. */
function markHtml({ attempt, release, exercise, scored, lang }: Card): string {
  const w = words[lang];
  const mark = attempt.marks.find(({ gradeId }) => gradeId === exercise.gradeId);
  if (!mark) return exercise.manual ? `<p><b>${w.byHand}</b> <span class="soft">${w.pending}</span></p>` : '';
  const overruled = exercise.manual ? '' : ` <span class="soft">${w.overruled(points(exercise.score))}</span>`;
  const comment = mark.comment
    ? `<h3>${w.comment}</h3><p>${sentenceHtml(mark.comment).replace(/\n/g, '<br>')}</p>`
    : '';
  const by = `<p><b>${w.byHand}</b>${lang === 'zh' ? '：' : ': '}${points(scored.score)}${w.of}${points(scored.points)} <span class="soft">(${escapeHtml(w.markedBy(mark.by))})</span>${overruled}</p>`;
  return `${by}${rubricHtml(mark, release, lang)}${comment}`;
}

function rubricHtml(mark: Mark, release: Release, lang: Lang): string {
  const w = words[lang];
  const items = release.rubrics.get(mark.gradeId)?.items ?? [];
  if (!items.length) return '';
  const rows = items.map(({ id, points: worth, text }) => {
    const on = mark.rubric.includes(id);
    const sign = worth > 0 ? `+${points(worth)}` : `−${points(-worth)}`;
    return `<li><b class="${on ? (worth > 0 ? 'good' : 'bad') : 'soft'}" aria-hidden="true">${on ? (worth > 0 ? '✓' : '✗') : '·'}</b><span class="vh">${on ? w.applies : w.appliesNot}: </span><span${on ? '' : ' class="soft"'}>${sentenceHtml(say(text, lang))} (${sign})</span></li>`;
  });
  return `<h3>${w.rubric}</h3><ul class="checks">${rows.join('')}</ul>`;
}
