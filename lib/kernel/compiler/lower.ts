import ts from 'typescript';
import { lowerImport } from './lower-import';
import { boundNames } from './names';
import { asWritten } from './rename';

/** `{ a, b: [c = 1], ...rest }` as declared, turned into the same thing as assigned. */
function toAssignmentTarget(name: ts.BindingName, factory: ts.NodeFactory): ts.Expression {
  if (ts.isIdentifier(name)) return name;
  const target = (element: ts.BindingElement): ts.Expression => {
    const inner = toAssignmentTarget(element.name, factory);
    return element.initializer ? factory.createAssignment(inner, element.initializer) : inner;
  };
  if (ts.isArrayBindingPattern(name)) {
    return factory.createArrayLiteralExpression(
      name.elements.map((element) => {
        if (ts.isOmittedExpression(element)) return element;
        return element.dotDotDotToken ? factory.createSpreadElement(target(element)) : target(element);
      }),
    );
  }
  return factory.createObjectLiteralExpression(
    name.elements.map((element) => {
      if (element.dotDotDotToken) return factory.createSpreadAssignment(target(element));
      if (element.propertyName) return factory.createPropertyAssignment(element.propertyName, target(element));
      const key = element.name as ts.Identifier; // without a property name there is no inner pattern
      return element.initializer
        ? factory.createShorthandPropertyAssignment(key, element.initializer)
        : factory.createShorthandPropertyAssignment(key);
    }),
  );
}

/** A function or class that takes its name from the variable it is given to. */
const isNameless = (value: ts.Expression | undefined): value is ts.Expression =>
  !!value &&
  (ts.isArrowFunction(value) || ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name));

/** Where the variable was renamed, a function or class is still called as it was written: `({ close: … }).close`. */
function named(value: ts.Expression, variable: ts.BindingName, factory: ts.NodeFactory): ts.Expression {
  const name = ts.isIdentifier(variable) ? asWritten(variable.text) : '';
  if (!ts.isIdentifier(variable) || name === variable.text || !isNameless(value)) return value;
  const object = factory.createObjectLiteralExpression([factory.createPropertyAssignment(name, value)]);
  return factory.createPropertyAccessExpression(factory.createParenthesizedExpression(object), name);
}

const noTypes: ReadonlySet<string> = new Set();

/** The list, when it is one of `var`. */
const asVarList = (node: ts.Node | undefined): ts.VariableDeclarationList | undefined =>
  node && ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped) ? node : undefined;

/**
 * Rewrites the top level of a cell's JavaScript so that every name it declares is a `let` (or a class, which V8 treats
 * alike). Only these can be declared again by a later cell in V8's REPL mode: a `const`, `var` or function in one place and
 * a `let` in another is a SyntaxError there. Functions go first, as hoisting has it.
 */
export function lowerDeclarations(context: ts.TransformationContext): ts.Transformer<ts.SourceFile> {
  const { factory } = context;
  const at = <T extends ts.Node>(node: T, original: ts.Node): T =>
    ts.setOriginalNode(ts.setTextRange(node, original), original);

  return (file) => {
    const functions: ts.Statement[] = [];
    const functionNames = new Set<string>();
    const varNames = new Set<string>();
    const letList = (names: Iterable<string>): ts.VariableDeclarationList =>
      factory.createVariableDeclarationList(
        [...names].map((name) => factory.createVariableDeclaration(name)),
        ts.NodeFlags.Let,
      );

    /** The assignments that a `var` list makes where it stands; undefined when it only declares. */
    const assignments = (list: ts.VariableDeclarationList): ts.Expression | undefined => {
      const made = list.declarations.flatMap((one) => {
        boundNames(one.name).forEach((name) => varNames.add(name));
        return one.initializer
          ? [at(factory.createAssignment(toAssignmentTarget(one.name, factory), one.initializer), one)]
          : [];
      });
      return made.length > 1 ? factory.createCommaListExpression(made) : made[0];
    };
    const withoutVar = (node: ts.Node): ts.Node => {
      if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpressionStatement(node)) return node;
      if (ts.isVariableStatement(node) && asVarList(node.declarationList)) {
        const value = assignments(node.declarationList);
        // An empty statement keeps `if (x) var y;` whole.
        return value ? at(factory.createExpressionStatement(value), node) : factory.createEmptyStatement();
      }
      const loopVars =
        ts.isForStatement(node) || ts.isForOfStatement(node) || ts.isForInStatement(node)
          ? asVarList(node.initializer)
          : undefined;
      if (ts.isForStatement(node) && loopVars) {
        return factory.updateForStatement(
          node,
          assignments(loopVars),
          node.condition,
          node.incrementor,
          visitStatement(node.statement),
        );
      }
      if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && loopVars) {
        const [one] = loopVars.declarations;
        boundNames(one.name).forEach((name) => varNames.add(name));
        const target = toAssignmentTarget(one.name, factory);
        const body = visitStatement(node.statement);
        return ts.isForOfStatement(node)
          ? factory.updateForOfStatement(node, node.awaitModifier, target, node.expression, body)
          : factory.updateForInStatement(node, target, node.expression, body);
      }
      return ts.visitEachChild(node, withoutVar, context);
    };

    const visitStatement = (statement: ts.Statement): ts.Statement => withoutVar(statement) as ts.Statement;

    const rest = file.statements.flatMap((statement): ts.Statement[] => {
      if (ts.isExportDeclaration(statement)) return []; // `export {}`, which the compiler adds to any module
      if (ts.isImportDeclaration(statement)) {
        const lowered = lowerImport(statement, noTypes, factory); // what the compiler adds for JSX
        return lowered ? [lowered] : [];
      }
      if (ts.isFunctionDeclaration(statement) && statement.name && statement.body) {
        functionNames.add(statement.name.text);
        // Without a name of its own, so that a recursive call finds the variable; V8 infers the name from it.
        const value = factory.createFunctionExpression(
          statement.modifiers?.filter((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword),
          statement.asteriskToken,
          undefined,
          undefined,
          statement.parameters,
          undefined,
          statement.body,
        );
        const variable = factory.createVariableDeclaration(
          statement.name,
          undefined,
          undefined,
          named(at(value, statement), statement.name, factory),
        );
        functions.push(
          at(
            factory.createVariableStatement(
              undefined,
              factory.createVariableDeclarationList([variable], ts.NodeFlags.Let),
            ),
            statement,
          ),
        );
        return [];
      }
      if (ts.isVariableStatement(statement) && !asVarList(statement.declarationList)) {
        const declarations = statement.declarationList.declarations.map((one) =>
          one.initializer && isNameless(one.initializer)
            ? factory.updateVariableDeclaration(
                one,
                one.name,
                undefined,
                undefined,
                named(one.initializer, one.name, factory),
              )
            : one,
        );
        const list = factory.createVariableDeclarationList(declarations, ts.NodeFlags.Let);
        return [at(factory.createVariableStatement(undefined, at(list, statement.declarationList)), statement)];
      }
      if (
        ts.isClassDeclaration(statement) &&
        statement.name &&
        asWritten(statement.name.text) !== statement.name.text
      ) {
        const { modifiers, typeParameters, heritageClauses, members } = statement;
        const name = factory.createIdentifier(asWritten(statement.name.text));
        const kept = modifiers?.filter(ts.isDecorator);
        const value = factory.createClassExpression(kept, name, typeParameters, heritageClauses, members);
        const variable = factory.createVariableDeclaration(statement.name, undefined, undefined, at(value, statement));
        const list = factory.createVariableDeclarationList([variable], ts.NodeFlags.Let);
        return [at(factory.createVariableStatement(undefined, list), statement)];
      }
      const lowered = visitStatement(statement);
      return ts.isEmptyStatement(lowered) ? [] : [lowered];
    });

    functionNames.forEach((name) => varNames.delete(name));
    const strict = factory.createExpressionStatement(factory.createStringLiteral('use strict', true));
    const vars = varNames.size ? [factory.createVariableStatement(undefined, letList(varNames))] : [];
    return factory.updateSourceFile(file, [strict, ...vars, ...functions, ...rest]);
  };
}
