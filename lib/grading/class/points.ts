import { exercisesOf, listLessons, loadLesson } from '../../lesson';
import type { Course } from '../course';
import type { ClassConfig } from './config';

/** What is wrong with the points that a class gives: a line for each exercise that is not there, naming those that are. */
export function wrongPoints({ lessons }: Pick<ClassConfig, 'lessons'>, course: Course): string[] {
  return lessons.flatMap(({ slug, points }, i) => {
    if (!points) return [];
    const known = listLessons(course);
    if (!known.includes(slug)) {
      return [`  lessons[${i}].slug: there is no lesson ${slug}. The lessons are ${known.join(', ')}`];
    }
    const exercises = exercisesOf(loadLesson(slug, course));
    const ids = exercises.map(({ gradeId }) => gradeId);
    const strange = Object.keys(points).filter((id) => !ids.includes(id));
    if (strange.length) {
      return strange.map(
        (id) => `  lessons[${i}].points: ${slug} has no exercise ${id}. Its exercises are ${ids.join(', ')}`,
      );
    }
    const counts = exercises.some(({ gradeId, points: own }) => (points[gradeId] ?? own) > 0);
    return counts ? [] : [`  lessons[${i}].points: every exercise of ${slug} has 0 points; one at least must count`];
  });
}
