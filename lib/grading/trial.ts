import { ready } from '../engine';
import { loadRelease, slugsByGradeId, type Course } from './course';
import type { ExerciseResult } from './results';
import { runExercise } from './run';
import { localSubject } from './ask';
import { Session, type NamedCell } from './session';
import { readSource } from './source';
import type { ExerciseSpec } from './spec';
import type { Exercise } from '../lesson';
import { say } from './text';

/** One exercise with its lesson around it, for trying many answers: how a spec is put to the proof. */
export class Trial {
  private session?: Session;

  private constructor(
    readonly exercise: Exercise,
    private readonly spec: ExerciseSpec,
    /** Setup cells, and the references of the exercises before it. */
    private readonly before: readonly NamedCell[],
  ) {}

  static async open(spec: ExerciseSpec, course: Course = {}): Promise<Trial> {
    await ready({ engine: 'cpu' });
    const slug = slugsByGradeId(course).get(spec.gradeId);
    if (slug === undefined) throw new Error(`No lesson has a cell with grade_id="${spec.gradeId}".`);
    const { exercises } = await loadRelease(slug, { ...course, specs: '' });
    const at = exercises.findIndex((exercise) => exercise.gradeId === spec.gradeId);
    const exercise = exercises[at];
    const references = exercises.slice(0, at).filter((one) => one.kind === 'code' && !one.manual);
    const before = [
      ...exercise.setup.map((source, i): NamedCell => ({ label: `setup ${i + 1}`, reading: readSource(source) })),
      ...references.map((one): NamedCell => ({ label: one.gradeId, reading: readSource(one.solution), setup: true })),
    ];
    return new Trial(exercise, spec, before);
  }

  /** What an answer would score. All answers of a trial share one sandbox, as long as it lives. */
  async grade(source: string): Promise<ExerciseResult> {
    const { gradeId, options } = this.spec;
    if (!this.session) {
      this.session = new Session(this.before);
      await this.session.start();
      const [fault] = this.session.setupFaults;
      if (fault !== undefined)
        throw new Error(`A cell before ${gradeId} fails where work is graded. ${say(fault, 'en')}`);
    }
    await this.session.add({ label: gradeId, reading: readSource(source) });
    return runExercise(this.spec, this.session.subject(gradeId, options.seconds), runOptions);
  }

  /** What functions of this process would score. */
  async gradeHere(functions: Readonly<Record<string, unknown>>): Promise<ExerciseResult> {
    return runExercise(this.spec, localSubject(functions), runOptions);
  }

  async close(): Promise<void> {
    await this.session?.close();
    this.session = undefined;
  }
}

const runOptions = { lang: 'en', seed: 'trial', hidden: true } as const;
