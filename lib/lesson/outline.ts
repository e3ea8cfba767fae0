import ts from 'typescript';
import { isSolutionMarker, translations } from './bilingual';
import { type Comment, commentsOf, indentAt, parseCode, statementsOf, syntaxFaults } from './syntax';
import type { CheckCall, Outline, Region } from './types';

type Report = (offset: number, message: string) => void;

/** What the builder needs to know of a code cell; faults go to `report` with their offset in the source. */
export function outlineOf(source: string, report: Report): Outline {
  const tree = parseCode(source);
  const faults = syntaxFaults(tree);
  if (faults.length > 0) {
    // A broken tree would only bring up more faults that are none.
    faults.forEach((fault) => report(fault.offset, fault.message));
    return { regions: [], edits: { en: [], zh: [] } };
  }
  const comments = commentsOf(tree);
  for (const comment of comments) {
    if (/\b(BEGIN|END) HIDDEN TESTS\b/.test(comment.text)) {
      report(comment.start, 'hidden tests have no place in a lesson: they stand in test/exercises/, out of reach');
    }
  }
  const regions = solutionRegions(tree, comments, report);
  const check = checkCall(tree, comments, report);
  return {
    regions,
    ...(check ? { check } : {}),
    edits: translations(tree, comments, report),
  };
}

function solutionRegions(tree: ts.SourceFile, comments: readonly Comment[], report: Report): Region[] {
  const regions: Region[] = [];
  let begin: Comment | undefined;
  for (const comment of comments) {
    if (!isSolutionMarker(comment.text)) continue;
    const marker = /^\/\/ (BEGIN|END) SOLUTION$/.exec(comment.text)?.[1];
    if (!marker || !comment.ownLine) {
      report(comment.start, 'a marker is the whole line "// BEGIN SOLUTION" or "// END SOLUTION"');
    } else if (marker === 'BEGIN') {
      if (begin) report(comment.start, 'BEGIN SOLUTION inside a solution that has not ended');
      else begin = comment;
    } else if (!begin) {
      report(comment.start, 'END SOLUTION without BEGIN SOLUTION');
    } else {
      const region = regionBetween(tree, begin, comment, report);
      if (region) regions.push(region);
      begin = undefined;
    }
  }
  if (begin) report(begin.start, 'BEGIN SOLUTION without END SOLUTION');
  return regions;
}

type StatementList = ts.SourceFile | ts.Block | ts.CaseOrDefaultClause;

const hasStatements = (node: ts.Node): node is StatementList =>
  ts.isSourceFile(node) || ts.isBlock(node) || ts.isCaseOrDefaultClause(node);

function regionBetween(tree: ts.SourceFile, begin: Comment, end: Comment, report: Report): Region | undefined {
  const list = innermostList(tree, begin, end);
  const whole = list.statements.filter((s) => s.getStart(tree) >= begin.end && s.end <= end.start);
  const cut = list.statements.some((s) =>
    [begin, end].some((marker) => s.getStart(tree) < marker.start && marker.end <= s.end),
  );
  if (cut) {
    report(
      begin.start,
      'BEGIN SOLUTION and END SOLUTION must stand in one and the same { … }, around whole statements',
    );
    return undefined;
  }
  if (whole.length === 0) {
    report(begin.start, 'there is nothing between BEGIN SOLUTION and END SOLUTION');
    return undefined;
  }
  const region = { start: begin.start, end: end.end, indent: indentAt(tree.text, begin.start) };
  if (isInFunction(list)) return region;

  // Later cells must still type-check without the solution, so at the top level only the values are taken out.
  const values: string[] = [];
  const initializers: { start: number; end: number; awaits: boolean }[] = [];
  for (const statement of whole) {
    const declarations =
      ts.isSourceFile(list) && ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
    if (declarations.length === 0 || declarations.some(({ type, initializer }) => !type || !initializer)) {
      report(
        statement.getStart(tree),
        'outside a function a solution may hold only variables that state their type, as in "const sigma: number = 0.5;"; ' +
          'put the markers inside the function body',
      );
      return undefined;
    }
    const keyword = statement.getText(tree).startsWith('let') ? 'let' : 'const';
    for (const { name, type, initializer } of declarations) {
      values.push(`${keyword} ${name.getText(tree)}: ${type?.getText(tree)} =`);
      if (initializer)
        initializers.push({ start: initializer.getStart(tree), end: initializer.end, awaits: hasAwait(initializer) });
    }
  }
  return { ...region, values, initializers };
}

function innermostList(tree: ts.SourceFile, begin: Comment, end: Comment): StatementList {
  let found: StatementList = tree;
  const walk = (node: ts.Node): void => {
    // `pos` counts in the comments before the block; the markers must lie after its bracket.
    if (node.getStart(tree) > begin.start || node.end < end.end) return;
    if (hasStatements(node)) found = node;
    ts.forEachChild(node, walk);
  };
  ts.forEachChild(tree, walk);
  return found;
}

/** Is something awaited in it, outside functions of its own? */
function hasAwait(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  return !ts.isFunctionLike(node) && ts.forEachChild(node, hasAwait) === true;
}

function isInFunction(node: ts.Node): boolean {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    if (ts.isFunctionLike(at.parent) && ts.isBlock(at)) return true;
  }
  return false;
}

function checkCall(tree: ts.SourceFile, comments: readonly Comment[], report: Report): CheckCall | undefined {
  const statements = statementsOf(tree);
  const calls = statements.filter((statement) => callOf(statement) !== undefined);
  if (calls.length === 0) return undefined;
  const statement = calls[0];
  const call = callOf(statement);
  if (!call) return undefined;
  if (calls.length > 1) report(calls[1].getStart(tree), 'a cell has one check(…); give each exercise its own cell');
  else if (statement !== statements.at(-1)) {
    report(statement.getStart(tree), 'check(…) must be the last statement of its cell: it becomes a cell of its own');
  }
  if (!ts.isExpressionStatement(statement) || !ts.isAwaitExpression(statement.expression)) {
    report(statement.getStart(tree), 'write "await check(…)", or its result comes too late');
  }
  const [id, subjects] = call.arguments;
  if (!id || !ts.isStringLiteral(id)) {
    report(call.getStart(tree), "the first argument of check is the exercise's grade_id in quotes");
    return undefined;
  }
  const names: string[] = [];
  if (!subjects || !ts.isObjectLiteralExpression(subjects) || subjects.properties.length === 0) {
    report(call.getStart(tree), 'the second argument of check names what is checked: { qSample }');
  } else {
    for (const property of subjects.properties) {
      if (property.name && (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name))) {
        names.push(property.name.text);
      } else report(property.getStart(tree), 'check is given plain names, as in { qSample } or { name: value }');
    }
  }
  // The comments right above belong to the statement; a blank line ends them.
  let start = statement.getStart(tree);
  for (const comment of [...comments].reverse()) {
    if (!comment.ownLine || comment.end > start) continue;
    if (isSolutionMarker(comment.text) || tree.text.slice(comment.end, start).trim() !== '') break;
    if (tree.text.slice(comment.end, start).split('\n').length > 2) break;
    start = comment.start;
  }
  return { start, end: subjects?.end ?? id.end, id: id.text, names };
}

function callOf(statement: ts.Statement): ts.CallExpression | undefined {
  if (!ts.isExpressionStatement(statement)) return undefined;
  const inner = ts.isAwaitExpression(statement.expression) ? statement.expression.expression : statement.expression;
  return ts.isCallExpression(inner) && ts.isIdentifier(inner.expression) && inner.expression.text === 'check'
    ? inner
    : undefined;
}
