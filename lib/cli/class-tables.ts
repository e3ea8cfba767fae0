import { classTools, type ClassRoom } from '../grading';

type Cell = string | number;
export type TableRow = Readonly<Record<string, Cell>>;

/** Who is in the class, with the score that counts in each lesson that was released. */
export async function studentRows(room: ClassRoom): Promise<TableRow[]> {
  const { standings } = await classTools();
  const lessons = room.released();
  const roster = room.config.students ?? [];
  const attempts = await room.gradebook('reading the gradebook', (book) => book.attempts());
  const found = attempts.length ? await standings(room, lessons) : [];
  const ids = [...new Set([...roster.map(({ id }) => id), ...attempts.map(({ student }) => student)])].sort();
  return ids.map((id) => ({
    student: id,
    name: room.entryOf(id)?.name ?? '',
    ...Object.fromEntries(
      found.map(({ lesson, finals }) => {
        const final = finals.find(({ student }) => student === id);
        return [lesson, final && final.attempt > 0 ? final.score : ''];
      }),
    ),
  }));
}

/** What was handed in and graded in each lesson. */
export async function statusRows(room: ClassRoom): Promise<TableRow[]> {
  const attempts = await room.gradebook('reading the gradebook', (book) => book.attempts());
  return room.released().map((lesson) => {
    const own = attempts.filter((attempt) => attempt.lesson === lesson);
    const due = room.config.lessons.find(({ slug }) => slug === lesson)?.due ?? '';
    return {
      lesson,
      due,
      students: new Set(own.map(({ student }) => student)).size,
      attempts: own.length,
      graded: own.filter(({ result }) => result).length,
      waiting: own.filter(({ wanted }) => wanted !== undefined).length,
    };
  });
}

/** Rows under their headings, numbers to the right. */
export function table(rows: readonly TableRow[]): string {
  if (!rows.length) return 'nobody and nothing yet';
  const heads = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [heads, ...rows.map((row) => heads.map((head) => String(row[head] ?? '')))];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const isNumber = heads.map((head) => rows.every((row) => row[head] === '' || typeof row[head] === 'number'));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (isNumber[i] && heads[i] !== 'name' ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
