/**
 * Makes the hand-ins of a class of any size: `node -r ./lib/setup/register.js test/support/hand-ins.ts FOLDER LESSON STUDENTS`.
 * The page for course staff is walked with them, with 30 students by a person and with a few by a test.
 */
import fs from 'node:fs';
import path from 'node:path';
import { applyWrong } from '../../lib/grading';
import { loadRelease } from '../../lib/grading/course';
import { buildNotebook, notebookText, type Notebook } from '../../lib/lesson';

const names =
  'ada bela chen dora emil fang gita hugo ines juan kira liam mei nora omar pia qiu rosa sven tara uma vera wei xenia yara zoe arno bruna cem delia'.split(
    ' ',
  );

type Answers = Readonly<Record<string, string>>;

/** What came in, by student; hand-ins after the due date are late. */
export async function makeHandIns(folder: string, lesson: string, students: number): Promise<string[]> {
  const { lesson: source, exercises, specs } = await loadRelease(lesson);
  const graded = exercises.filter(({ gradeId }) => specs.has(gradeId));
  const right = Object.fromEntries(graded.map(({ gradeId, solution }) => [gradeId, solution]));
  const wrong = (seed: number, many: number): Answers => {
    const chosen = graded.filter((_, i) => (i + seed) % graded.length < many);
    const changed = chosen.map(({ gradeId, solution }) => {
      const wrongs = specs.get(gradeId)?.wrongs ?? [];
      return [gradeId, applyWrong(wrongs[seed % wrongs.length], solution)];
    });
    return { ...right, ...Object.fromEntries(changed) };
  };
  const [first] = graded;
  const hostile = { ...right, [first.gradeId]: `for (;;) {}\n${first.solution}` };
  const write = (i: number): string => {
    const notebook = (answers: Answers): string => notebookText(answered(source, answers));
    // Of the first five one of each kind; of all, about half are right.
    if (i === 1) return notebook(wrong(0, 2));
    if (i === 2) return notebook(right).slice(0, 9000);
    if (i === 3) return notebook(hostile);
    if (i % 7 === 5) return notebook({});
    return i % 2 ? notebook(wrong(i, 1 + (i % 3))) : notebook(right);
  };
  return names.slice(0, students).map((student, i) => {
    const file = path.join(folder, student, `${lesson}.ipynb`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, write(i));
    const late = i % 9 === 4;
    const time = new Date(late ? '2025-12-03T09:00:00Z' : '2025-11-30T12:00:00Z');
    fs.utimesSync(file, time, time);
    return file;
  });
}

function answered(lesson: Parameters<typeof buildNotebook>[0], answers: Answers): Notebook {
  const notebook = buildNotebook(lesson, { lang: 'en' });
  const cells = notebook.cells.map((cell) => {
    const answer = answers[(cell.metadata as { nbgrader?: { grade_id?: string } }).nbgrader?.grade_id ?? ''];
    return answer === undefined ? cell : { ...cell, source: answer };
  });
  return { ...notebook, cells };
}

if (require.main === module) {
  const [folder, lesson, students] = process.argv.slice(2);
  void makeHandIns(folder, lesson, Number(students)).then((files) => console.log(`${files.length} notebooks`));
}
