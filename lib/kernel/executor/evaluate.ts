import inspector from 'node:inspector';
import { KeyboardInterrupt } from './cells';
import { describeError } from './errors';
import { originalPlace } from './stack';
import type { CellError } from '../protocol';

const session = new inspector.Session();
session.connect();

const THROWN = '__thrown__';
let thrown: unknown;
Object.defineProperty(globalThis, THROWN, { value: (value: unknown) => (thrown = value) });

type Evaluation = inspector.Runtime.EvaluateReturnType;

/** `replMode` is missing in the types of Node's inspector. */
type Parameters = inspector.Runtime.EvaluateParameterType & { readonly replMode: true };

const evaluateRaw = (expression: string): Promise<Evaluation | undefined> =>
  new Promise((resolve) => {
    const parameters: Parameters = { expression, replMode: true, awaitPromise: true, objectGroup: 'cell' };
    session.post('Runtime.evaluate', parameters, (failure, answer?: Evaluation) =>
      resolve(failure ? undefined : answer),
    );
  });

/** The very value that was thrown, not the inspector's picture of it. */
function thrownValue({ exception }: inspector.Runtime.ExceptionDetails): unknown {
  if (!exception?.objectId) {
    if (exception?.unserializableValue?.endsWith('n')) return BigInt(exception.unserializableValue.slice(0, -1));
    return exception?.unserializableValue ? Number(exception.unserializableValue) : exception?.value;
  }
  session.post('Runtime.callFunctionOn', {
    objectId: exception.objectId,
    functionDeclaration: `function () { ${THROWN}(this); }`,
  });
  const value = thrown;
  thrown = undefined;
  return value;
}

/** Runs a script in REPL mode. @returns what it threw, if anything */
export async function evaluate(file: string, js: string): Promise<CellError | undefined> {
  const answer = await evaluateRaw(`${js}\n//# sourceURL=${file}`);
  try {
    if (!answer) return describeError(new KeyboardInterrupt()); // V8 was told to terminate it
    const { exceptionDetails } = answer;
    if (!exceptionDetails) return undefined;
    const line = exceptionDetails.lineNumber + 1;
    return describeError(thrownValue(exceptionDetails), originalPlace(file, line, exceptionDetails.columnNumber + 1));
  } finally {
    session.post('Runtime.releaseObjectGroup', { objectGroup: 'cell' });
  }
}
