/** Results as people read them: a table in a terminal, a small page in a notebook. */
import type { CheckResult, ExerciseResult, FileResult } from './results';
import { points, type Lang } from './text';

const words = {
  en: {
    hidden: 'hidden check',
    hint: 'Hint: ',
    partly: 'Points for: ',
    byHand: 'scored by a person',
    total: 'total',
    of: ' of ',
    points: 'points',
    all: 'All points.',
  },
  zh: {
    hidden: '隐藏检查',
    hint: '提示：',
    partly: '已得分的部分：',
    byHand: '人工评分',
    total: '总分',
    of: ' / ',
    points: '分',
    all: '全部得分。',
  },
} as const;

/** Of an exercise that counts for nothing, a check that is not met earned all of its 0 points. */
const passed = ({ earned, points, cause }: CheckResult): boolean => earned >= points && (points > 0 || !cause);

/** Width in a terminal: Chinese characters take two columns. */
const width = (text: string): number => {
  let columns = 0;
  for (const char of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/.test(
      char,
    )
      ? 2
      : 1;
  return columns;
};

function wrap(text: string, indent: string, limit = 100): string {
  const lines = [''];
  for (const word of text.split(/(?<=\s)|(?<=[，。；：？])/u)) {
    const last = lines[lines.length - 1];
    if (last && width(indent) + width(last) + width(word.trimEnd()) > limit) lines.push(word);
    else lines[lines.length - 1] = last + word;
  }
  return lines.map((line) => indent + line.trimEnd()).join('\n');
}

/** What a terminal shows of one file. Hidden checks are named: this is for course staff. */
export function fileTable(result: FileResult): string {
  const w = words[result.lang];
  const file = result.file.replace(/[\p{Cc}\p{Cf}]/gu, '?'); // a student chose that name
  const lines = [`${file}${result.lesson ? ` · ${result.lesson}` : ''}`];
  for (const note of result.notes) lines.push(wrap(note, '  ! '));
  const ids = result.exercises.map((exercise) => exercise.gradeId);
  const column = Math.max(w.total.length, ...ids.map(width)) + 2;
  const row = (name: string, score: string): string =>
    `  ${name}${' '.repeat(Math.max(1, column - width(name)))}${score}`;
  for (const exercise of result.exercises) {
    lines.push(
      row(
        exercise.gradeId,
        exercise.manual
          ? `${w.byHand} (${points(exercise.points)})`
          : `${points(exercise.score)} / ${points(exercise.points)}`,
      ),
    );
    for (const note of exercise.notes) lines.push(wrap(note, '      ! '));
    for (const check of exercise.checks.filter((one) => !passed(one))) {
      lines.push(`      −${points(check.points - check.earned)}  ${check.name}${check.hidden ? ` (${w.hidden})` : ''}`);
      if (check.credit) lines.push(wrap(`${w.partly}${check.credit}`, '          '));
      if (check.reason) lines.push(wrap(check.reason, '          '));
      if (check.hint) lines.push(wrap(`${w.hint}${check.hint}`, '          '));
    }
  }
  lines.push(row(w.total, `${points(result.score)} / ${points(result.maxScore)}`));
  return lines.join('\n');
}

/** One exercise as plain text, for a script or a test. */
export function exerciseText(result: ExerciseResult, lang: Lang): string {
  const w = words[lang];
  const lines = [`${result.gradeId}: ${points(result.score)}${w.of}${points(result.points)} ${w.points}`];
  for (const check of result.checks) {
    lines.push(`  ${passed(check) ? '✓' : '✗'} ${check.name} (${points(check.earned)}/${points(check.points)})`);
    if (check.credit) lines.push(`      ${w.partly}${check.credit}`);
    if (check.reason) lines.push(`      ${check.reason}`);
    if (check.hint) lines.push(`      ${w.hint}${check.hint}`);
  }
  return lines.join('\n');
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`).replace(/`([^`]*)`/g, '<code>$1</code>');

/** One exercise as a notebook shows it. Colours stay readable on light and dark pages, and are never the only sign. */
export function exerciseHtml(result: ExerciseResult, lang: Lang): string {
  const w = words[lang];
  const whole = result.score >= result.points && result.checks.every(passed);
  const colour = whole ? '#009E73' : '#D55E00';
  const rows = result.checks.map((check) => {
    const more = [
      check.credit && `${w.partly}${check.credit}`,
      check.reason,
      check.hint && `${w.hint}${check.hint}`,
    ].filter((part) => part !== undefined && part !== '');
    const below = more
      .map((part) => `<div style="opacity:.85;margin:2px 0 0 1.6em">${escapeHtml(part ?? '')}</div>`)
      .join('');
    const sign = passed(check) ? '<b style="color:#009E73">✓</b>' : '<b style="color:#D55E00">✗</b>';
    const score = `${points(check.earned)}${w.of}${points(check.points)}`;
    return `<div style="margin:4px 0">${sign} ${escapeHtml(check.name)} <span style="opacity:.7">(${score})</span>${below}</div>`;
  });
  const head = `<b style="color:${colour}">${points(result.score)}${w.of}${points(result.points)} ${w.points}</b> · <code>${escapeHtml(result.gradeId)}</code>`;
  return `<div lang="${lang}" style="border-left:4px solid ${colour};padding:4px 12px">${head}${rows.join('')}</div>`;
}
