import { transpileCell } from '../compiler/transpile';

/** An execute_request's `user_expressions` as JavaScript. */
export function expressionsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const compiled: Record<string, string> = {};
  for (const [name, source] of Object.entries(value)) {
    const text = String(source);
    try {
      compiled[name] = transpileCell(`(${text}\n)`, 'expression.ts').js;
    } catch {
      compiled[name] = `throw new SyntaxError(${JSON.stringify(`not an expression: ${text}`)})`;
    }
  }
  return compiled;
}
