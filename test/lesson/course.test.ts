import { describe, expect, it } from 'vitest';
import { table, type LessonRow } from '../../lib/cli/lessons';
import { classTools } from '../../lib/grading';
import { exercisesOf, figureCells, glossary, listLessons, loadLesson } from '../../lib/lesson';

const { loadRelease } = await classTools();

describe.each(listLessons())('%s', (slug) => {
  const lesson = loadLesson(slug);

  it('keeps at least two wrong answers for each exercise that is checked', async () => {
    const { specs, exercises } = await loadRelease(slug);
    const checked = exercises.filter(({ manual }) => !manual).map(({ gradeId }) => gradeId);
    expect([...specs.keys()].sort()).toEqual([...checked].sort());
    expect([...specs.values()].filter(({ wrongs }) => wrongs.length < 2).map(({ gradeId }) => gradeId)).toEqual([]);
  });

  it('says how a person scores what a person scores', async () => {
    const { rubrics } = await loadRelease(slug);
    const byHand = exercisesOf(lesson).filter(({ manual }) => manual);
    expect([...rubrics.keys()].sort()).toEqual(byHand.map(({ gradeId }) => gradeId).sort());
  });

  it('has figures, slides with notes in both languages, terms and a time', () => {
    expect(figureCells(lesson).length).toBeGreaterThan(2);
    const slides = lesson.cells.filter(({ tags }) => tags.includes('slide'));
    const notes = slides.filter(({ metadata }) => JSON.stringify(metadata.slideshow).includes('notes'));
    expect(notes.length).toBeGreaterThanOrEqual(4);
    expect(slides.length).toBeGreaterThan(notes.length);
    expect(lesson.terms.length).toBeGreaterThan(3);
    expect(lesson.minutes).toBeGreaterThan(44);
  });
});

it('counts sixty exercises and more', () => {
  const all = listLessons().flatMap((slug) => exercisesOf(loadLesson(slug)));
  expect(all.length).toBeGreaterThanOrEqual(60);
});

it('has a glossary whose terms have Chinese words, or are the same letters in both', () => {
  const entries = glossary(listLessons().map((slug) => loadLesson(slug)));
  expect(entries.length).toBeGreaterThan(100);
  for (const { en, zh } of entries) expect(`${en}: ${zh}`).toMatch(/\S: .*[\p{Script=Han}A-Z]/u);
});

it('is listed with sums below', () => {
  const row = (id: string, quickSeconds: number | null): LessonRow => ({
    ...{ id, title: { en: id, zh: id }, minutes: 60, exercises: 3, points: 7, wrongAnswers: 9, figures: 5 },
    quickSeconds,
  });
  expect(table([row('01-a', 12.4), row('02-b', null)])).toBe(
    [
      'Lesson     Minutes  Exercises  Points  Wrong answers  Figures  Quick run, s',
      '01-a            60          3       7              9        5            12',
      '02-b            60          3       7              9        5             –',
      '2 lessons      120          6      14             18       10            12',
      '',
    ].join('\n'),
  );
});
