import ts from 'typescript';
import { AWAIT_HELPER } from '../helpers';
import { contains } from './names';

const isAwait = (node: ts.Node): boolean =>
  ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);

/** `await x` → `__await__.end(__await__.begin(), await x)`; `for await (… of x)` → `for await (… of __await__.each(x))`. */
export function guardAwaits(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const { factory } = context;
  const call = (name: string, ...args: ts.Expression[]): ts.Expression =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(AWAIT_HELPER), name),
      undefined,
      args,
    );
  const visit = (node: ts.Node): ts.Node => {
    const inner = ts.visitEachChild(node, visit, context);
    if (ts.isAwaitExpression(inner)) return ts.setTextRange(call('end', call('begin'), inner), node);
    if (ts.isForOfStatement(inner) && inner.awaitModifier) {
      const items = ts.setTextRange(call('each', inner.expression), inner.expression);
      return factory.updateForOfStatement(inner, inner.awaitModifier, inner.initializer, items, inner.statement);
    }
    return inner;
  };
  const visitTop = (statement: ts.Node): ts.Node => (contains(statement, isAwait) ? visit(statement) : statement);
  return (file) => ts.visitEachChild(file, visitTop, context);
}
