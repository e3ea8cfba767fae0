import { Random } from '../../../lib/engine';
import type { Attempt, FinalScore } from '../../../lib/grading/class/records';
import { finalScore, type LessonPolicy } from '../../../lib/grading/policy';
import type { CheckResult, ExerciseResult, Kind } from '../../../lib/grading/results';

const lesson = '04-vae';
const exercises = [
  { gradeId: 'vae-kl', points: [0.5, 0.5, 1.5, 0.5], ease: 0.9 },
  { gradeId: 'vae-reparameterize', points: [1, 0.5, 0.5], ease: 0.7 },
  { gradeId: 'vae-elbo', points: [0.5, 1.5, 1], ease: 0.2 },
  { gradeId: 'vae-effective-beta', points: [0.5, 0.5, 0.5, 0.5], ease: 3 },
  { gradeId: 'vae-iwae', points: [1, 1], ease: -3 },
];
const kinds: Kind[] = ['shape', 'value', 'gradient', 'statistics'];

/** A class that never was: skills are normal, harder exercises are solved by fewer, some are late, some hand in nothing. */
export function madeClass(size: number, lang: 'en' | 'zh' = 'en'): { attempts: Attempt[]; finals: FinalScore[] } {
  const random = new Random(`class of ${size}`);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const policy: LessonPolicy = {
    lesson,
    maxScore: 12,
    dueAt: '2026-10-10T23:59',
    late: { timeZone: 'Asia/Shanghai', percentPerDay: 10, maxPercent: 50 },
    extensions: { s007: { excused: true } },
  };
  const attempts: Attempt[] = [];
  const finals: FinalScore[] = [];
  for (let i = 1; i <= size; i++) {
    const student = `s${String(i).padStart(3, '0')}`;
    const skill = gauss();
    const mine: Attempt[] = [];
    const count = random.next() < 0.06 ? 0 : 1 + random.int(3);
    for (let number = 1; number <= count; number++) {
      const results = exercises.map((one) => madeExercise(one, skill + 0.5 * number, random, lang));
      const score = results.reduce((all, result) => all + result.score, 0);
      const day = Math.min(12.5, 9.6 + 1.6 * gauss() - (count - number));
      mine.push({
        student,
        lesson,
        number,
        submittedAt: new Date(Date.UTC(2026, 9, 1) + Math.max(0.1, day) * 86_400_000).toISOString(),
        hash: '0'.repeat(64),
        file: '',
        marks: [],
        result: { file: '', lang, lesson, score, maxScore: 12, exercises: results, notes: [], seconds: 2 },
      });
    }
    attempts.push(...mine);
    finals.push(finalScore(mine, policy, student));
  }
  return { attempts, finals };
}

function madeExercise(
  { gradeId, points, ease }: (typeof exercises)[number],
  skill: number,
  random: Random,
  lang: 'en' | 'zh',
): ExerciseResult {
  const checks = points.map((worth, i): CheckResult => {
    const name = { en: `check ${i + 1}`, zh: `检查 ${i + 1}` }[lang];
    const common = { name, points: worth, hidden: i === points.length - 1 && points.length > 2 };
    if (ease > -3 && (ease >= 3 || random.next() < 1 / (1 + Math.exp(-2 * (skill + ease - 0.5 * i))))) {
      return { ...common, earned: worth };
    }
    if (random.next() < 0.15)
      return { ...common, earned: 0, cause: 'threw', reason: '`f` stopped with an error: <b>x</b>' };
    const kind = kinds[i % kinds.length];
    return { ...common, earned: 0, cause: 'wrong', kind, reason: `Expected shape [${i}], got [].` };
  });
  const score = checks.reduce((all, check) => all + check.earned, 0);
  return { gradeId, score, points: points.reduce((all, one) => all + one, 0), checks, notes: [] };
}
