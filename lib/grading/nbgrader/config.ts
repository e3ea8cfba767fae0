import path from 'node:path';
import { stubs, type Lang } from '../../lesson';

export interface NbgraderCourse {
  readonly lang: Lang;
  /** The checkout that the kernel is in. */
  readonly root: string;
  /** Folder of the specs, where it is not that of the checkout. */
  readonly specs?: string;
}

/** By its first line a file is known as ours. */
export const configMark = '# Written by genlab release --nbgrader; what stands below may be added to.';

/** `nbgrader_config.py`: what nbgrader has to be told of TypeScript notebooks. */
export function nbgraderConfig({ lang, root, specs }: NbgraderCourse): string {
  const { code, fault, text } = stubs[lang];
  return `${configMark}
import os

c = get_config()  # noqa: F821

# What stands where a solution was. nbgrader knows no TypeScript by itself.
c.ClearSolutions.code_stub = {"typescript": ${python(`${code}\n${fault}`)}}
c.ClearSolutions.text_stub = ${python(text)}

# Our markers are nbgrader's own; said here so that they stay so.
c.ClearSolutions.begin_solution_delimeter = "BEGIN SOLUTION"
c.ClearSolutions.end_solution_delimeter = "END SOLUTION"
c.ClearHiddenTests.begin_test_delimeter = "BEGIN HIDDEN TESTS"
c.ClearHiddenTests.end_test_delimeter = "END HIDDEN TESTS"

# A right answer that calls console.warn is still right: nbgrader gives 0 for anything on stderr.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s).*"

# Cells may train, shortly; the first one also starts the engine.
c.Execute.timeout = 600
c.Execute.startup_timeout = 300
os.environ.setdefault("GENLAB_BUDGET", "quick")
os.environ.setdefault("GENLAB_LANG", ${python(lang)})

# Where the kernel is.
kernels = ${python(path.join(root, '.genlab', 'jupyter'))}
os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [kernels, os.environ.get("JUPYTER_PATH")]))
${specs === undefined ? '' : `\n# Where the checks are.\nos.environ["GENLAB_SPECS"] = ${python(specs)}\n`}`;
}

/** A text as Python writes it. JSON's escapes are Python's too. */
const python = (text: string): string => JSON.stringify(text);
