import ts from 'typescript';

/**
 * What each check of a spec file asks, as calls: `gaussianKl(tf.zeros([4, 3]), tf.zeros([4, 3]))`, by grade id, in order.
 * Only the questions: the rest of a check says what the answer should be, which would give it away.
 */
export function askedBy(specText: string): Map<string, string[]> {
  const tree = ts.createSourceFile('spec.ts', specText, ts.ScriptTarget.ES2022, true);
  const found = new Map<string, string[]>();
  visit(tree, (node) => {
    const [id] = callOf(node, 'exercise') ?? [];
    if (!id || !ts.isStringLiteralLike(id)) return;
    const checks: string[] = [];
    visit(node, (inner) => {
      const body = callOf(inner, 'check')?.at(-1);
      if (body) checks.push(questionsOf(body));
    });
    found.set(id.text, checks);
  });
  return found;
}

function questionsOf(body: ts.Node): string {
  const questions: string[] = [];
  visit(body, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const { expression: target, name } = node.expression;
    if (!ts.isIdentifier(target) || target.text !== 'subject') return;
    const [first, ...rest] = node.arguments;
    if (!first || !ts.isStringLiteralLike(first)) return;
    const list = rest.map((argument) => oneLine(argument.getText()));
    if (name.text === 'read') questions.push(first.text);
    else if (name.text === 'gradient') questions.push(`gradient(${[first.text, ...list].join(', ')})`);
    else questions.push(`${first.text}(${list.join(', ')})`);
  });
  return questions.join('\n');
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ').replace(/,\s*\]/g, ']');

function callOf(node: ts.Node, name: string): ts.NodeArray<ts.Expression> | undefined {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name
    ? node.arguments
    : undefined;
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    see(child);
    visit(child, see);
  });
}
