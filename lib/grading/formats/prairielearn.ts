/** PrairieLearn's results of an external grader: https://docs.prairielearn.com/externalGrading/#grading-results */
import { studentEntriesOf, fileName, json, type ClassResults, type Entry, type ExportedFile } from './entries';
import { markName, lossText, shownNotes } from './student';

/** PrairieLearn takes files up to 1 MB. A character is 6 bytes at most, where JSON must escape it. */
const allCharacters = 150_000;

/** One file for each student and lesson: `SLUG/STUDENT/results.json`. */
export function exportPrairieLearn(results: ClassResults): ExportedFile[] {
  return studentEntriesOf(results).map((entry) => ({
    name: `${fileName(entry.final.lesson)}/${fileName(entry.final.student)}/results.json`,
    text: json(prairieLearnResults(entry)),
  }));
}

function prairieLearnResults(entry: Entry): object {
  const { final, attempt, lang, exercises, marks } = entry;
  const texts = 1 + marks.size + exercises.reduce((sum, { checks }) => sum + checks.length, 0);
  const longest = Math.floor(allCharacters / texts);
  const notes = shownNotes(entry).slice(0, longest);
  // A file that is no notebook is no attempt: PrairieLearn then takes none from the student and no points.
  if (!attempt?.result?.lesson) return { gradable: false, format_errors: notes.split('\n'), message: notes };
  const tests = exercises.flatMap(({ gradeId, checks }) => {
    const found = checks.map((check) => ({
      name: `${gradeId}: ${check.name}`.slice(0, 200),
      description: gradeId,
      points: check.earned,
      max_points: check.points,
      message: lossText(check, lang).slice(0, longest),
      output: '',
      images: [],
    }));
    const mark = marks.get(gradeId);
    const given = mark && {
      name: `${gradeId}: ${markName(lang)}`,
      description: gradeId,
      points: mark.points,
      max_points: mark.maxPoints,
      message: (mark.comment ?? '').slice(0, longest),
      output: '',
      images: [],
    };
    return given ? [...found, given] : found;
  });
  const share = final.maxScore > 0 ? final.score / final.maxScore : 0;
  return { gradable: true, score: Math.min(1, Math.max(0, share)), message: notes, output: '', images: [], tests };
}
