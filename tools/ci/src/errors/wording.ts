/**
 * What an expression of text says, without running it: its literals as they are, what is only known when it runs as a
 * placeholder `<name>`. An expression that chooses gives each of its texts.
 */
import ts from 'typescript';
import { filesBehind, importOf, nodesOf, type Source } from './sources.ts';

export interface Wording {
  readonly text: string;
  /** No placeholder in it. */
  readonly literal: boolean;
}

/** An expression where it stands. */
export interface Placed {
  readonly source: Source;
  readonly expression: ts.Expression;
}

/** Expressions that stand for parameters, at one call of the function. */
export type Bindings = ReadonlyMap<ts.Node, Placed>;

const MOST_VARIANTS = 8;

export function wordingsOf(sources: readonly Source[], placed: Placed, bindings: Bindings): readonly Wording[] {
  const reader = new Reader(sources, bindings);
  const seen = new Map(reader.read(placed, 0).map((wording) => [wording.text, wording]));
  return [...seen.values()].filter(({ text }) => text !== '');
}

class Reader {
  readonly #sources: readonly Source[];
  readonly #bindings: Bindings;

  constructor(sources: readonly Source[], bindings: Bindings) {
    this.#sources = sources;
    this.#bindings = bindings;
  }

  read({ source, expression }: Placed, depth: number): Wording[] {
    const at = (inner: ts.Expression) => this.read({ source, expression: inner }, depth + 1);
    const bare = unwrap(expression);
    if (depth > 20) return [placeholder(bare)];
    if (ts.isStringLiteralLike(bare) || ts.isNumericLiteral(bare)) return [{ text: bare.text, literal: true }];
    if (bare.kind === ts.SyntaxKind.UndefinedKeyword || (ts.isIdentifier(bare) && bare.text === 'undefined')) return [];
    if (ts.isTemplateExpression(bare)) return this.#template(source, bare, depth);
    if (ts.isCallExpression(bare)) {
      const cleaned = cleanedText(bare);
      if (cleaned !== undefined) return at(cleaned);
      const said = this.#said(source, bare);
      if (said !== undefined) return this.read(said, depth + 1);
    }
    if (ts.isConditionalExpression(bare)) return [...at(bare.whenTrue), ...at(bare.whenFalse)];
    if (ts.isBinaryExpression(bare)) {
      const { left, operatorToken, right } = bare;
      if (isJoined(bare)) return product([at(left), at(right)]);
      if (FALLBACKS.includes(operatorToken.kind)) return [...at(left), ...at(right)];
    }
    if (ts.isIdentifier(bare)) {
      const target = resolve(this.#sources, { source, expression: bare }, this.#bindings);
      if (target !== undefined && isText(unwrap(target.expression))) return this.read(target, depth + 1);
    }
    return [placeholder(bare)];
  }

  /** A call of a short function that only words something: what it words. */
  #said(source: Source, { expression }: ts.CallExpression): Placed | undefined {
    if (!ts.isIdentifier(expression)) return undefined;
    const target = resolve(this.#sources, { source, expression }, this.#bindings);
    const worder = target && unwrap(target.expression);
    if (target === undefined || worder === undefined || !ts.isArrowFunction(worder) || ts.isBlock(worder.body))
      return undefined;
    const body = unwrap(worder.body);
    return ts.isStringLiteralLike(body) || ts.isTemplateExpression(body)
      ? { source: target.source, expression: body }
      : undefined;
  }

  #template(source: Source, { head, templateSpans }: ts.TemplateExpression, depth: number): Wording[] {
    const parts: Wording[][] = [[{ text: head.text, literal: true }]];
    for (const { expression, literal } of templateSpans) {
      parts.push([this.#inside({ source, expression }, depth)], [{ text: literal.text, literal: true }]);
    }
    return product(parts);
  }

  /** Within a sentence a choice stays one text: `<file or files>`, or `[ in brackets]` what may be left out. */
  #inside(placed: Placed, depth: number): Wording {
    const bare = unwrap(placed.expression);
    const read = this.read(placed, depth + 1);
    const [only] = read;
    if (read.length === 1 && only !== undefined) return only;
    const isName = ts.isIdentifier(bare) && !read.every(({ literal }) => literal);
    if (isName || !isText(bare) || isFallback(bare)) return placeholder(bare);
    const said = read.flatMap(({ text }) => (text === '' ? [] : text));
    if (said.length === 0) return { text: '', literal: true };
    if (said.length < read.length) return { text: `[${said.join(' or ')}]`, literal: false };
    return { text: `<${said.map((text) => text.replaceAll(/[<>]/g, '')).join(' or ')}>`, literal: false };
  }
}

const FALLBACKS: readonly ts.SyntaxKind[] = [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.BarBarToken];

/** Every way to put the parts one after the other; the first few where there are many. */
const product = (parts: readonly (readonly Wording[])[]): Wording[] =>
  parts.reduce<Wording[]>(
    (before, part) =>
      before
        .flatMap((one) => part.map((next) => ({ text: one.text + next.text, literal: one.literal && next.literal })))
        .slice(0, MOST_VARIANTS),
    [{ text: '', literal: true }],
  );

const isText = (node: ts.Expression): boolean =>
  ts.isStringLiteralLike(node) ||
  ts.isNumericLiteral(node) ||
  ts.isTemplateExpression(node) ||
  ts.isConditionalExpression(node) ||
  isFallback(node) ||
  isJoined(node);

/** A text whose ends are tidied: `text.replace(…)`, `text.trimEnd()`. */
function cleanedText({ expression }: ts.CallExpression): ts.Expression | undefined {
  if (!ts.isPropertyAccessExpression(expression) || !/^(replace|replaceAll|trim\w*)$/.test(expression.name.text))
    return undefined;
  return isText(unwrap(expression.expression)) ? expression.expression : undefined;
}

const isFallback = (node: ts.Expression): boolean =>
  ts.isBinaryExpression(node) && FALLBACKS.includes(node.operatorToken.kind);

/** `a + b`, but not `index + 1`. */
const isJoined = (node: ts.Expression): boolean =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
  !ts.isNumericLiteral(unwrap(node.left)) &&
  !ts.isNumericLiteral(unwrap(node.right));

export function unwrap(node: ts.Expression): ts.Expression {
  let bare = node;
  while (
    ts.isParenthesizedExpression(bare) ||
    ts.isAsExpression(bare) ||
    ts.isSatisfiesExpression(bare) ||
    ts.isAwaitExpression(bare) ||
    ts.isNonNullExpression(bare)
  )
    bare = bare.expression;
  return bare;
}

/** What an identifier stands for: a constant of the function, the file or an imported file, or a bound parameter. */
export function resolve(
  sources: readonly Source[],
  { source, expression }: { readonly source: Source; readonly expression: ts.Identifier },
  bindings: Bindings,
): Placed | undefined {
  const declaration = declarationOf(source, expression);
  if (declaration !== undefined) {
    const bound = bindings.get(declaration);
    if (bound !== undefined) return bound;
    return ts.isVariableDeclaration(declaration) && isConstant(declaration) && declaration.initializer !== undefined
      ? { source, expression: declaration.initializer }
      : undefined;
  }
  const imported = importOf(source, expression.text);
  if (imported === undefined) return undefined;
  for (const file of filesBehind(sources, source, imported.from))
    for (const statement of file.file.statements)
      if (ts.isVariableStatement(statement))
        for (const { name, initializer } of statement.declarationList.declarations)
          if (ts.isIdentifier(name) && name.text === imported.name && initializer !== undefined)
            return { source: file, expression: initializer };
  return undefined;
}

const isConstant = ({ parent }: ts.VariableDeclaration): boolean =>
  ts.isVariableDeclarationList(parent) && (parent.flags & ts.NodeFlags.Const) !== 0;

/** A parameter, a part of one taken apart, or a variable, in the nearest scope that has the name. */
export function declarationOf(
  { file }: Source,
  name: ts.Identifier,
): ts.ParameterDeclaration | ts.BindingElement | ts.VariableDeclaration | undefined {
  for (let scope: ts.Node = name; scope !== file; scope = scope.parent) {
    if (ts.isFunctionLike(scope)) {
      for (const parameter of scope.parameters) {
        for (const node of nodesOf(parameter.name))
          if (
            ts.isIdentifier(node) &&
            node.text === name.text &&
            (node === parameter.name || ts.isBindingElement(node.parent))
          )
            return node === parameter.name ? parameter : (node.parent as ts.BindingElement);
      }
    }
    if (ts.isBlock(scope)) {
      const found = variableIn(scope.statements, name.text);
      if (found !== undefined) return found;
    }
  }
  return variableIn(file.statements, name.text);
}

function variableIn(statements: readonly ts.Statement[], name: string): ts.VariableDeclaration | undefined {
  for (const statement of statements)
    if (ts.isVariableStatement(statement))
      for (const declaration of statement.declarationList.declarations)
        if (ts.isIdentifier(declaration.name) && declaration.name.text === name) return declaration;
  return undefined;
}

const placeholder = (node: ts.Expression): Wording => ({ text: `<${inWords(nameOf(node))}>`, literal: false });

/** The word that tells most of what an expression will be. */
function nameOf(node: ts.Expression): string {
  const bare = unwrap(node);
  if (ts.isIdentifier(bare)) return bare.text;
  if (ts.isPropertyAccessExpression(bare)) return ofProperty(bare);
  if (ts.isElementAccessExpression(bare)) {
    const { argumentExpression: index, expression } = bare;
    return ts.isStringLiteralLike(index) ? index.text : nameOf(expression);
  }
  if (ts.isCallExpression(bare)) return ofCall(bare);
  if (ts.isBinaryExpression(bare) || ts.isConditionalExpression(bare))
    return nameOf(ts.isBinaryExpression(bare) ? bare.left : bare.whenTrue);
  if (ts.isStringLiteralLike(bare)) return bare.text;
  return '…';
}

const ofProperty = ({ name, expression }: ts.PropertyAccessExpression): string =>
  ['length', 'size'].includes(name.text) ? `number of ${nameOf(expression)}` : name.text;

/** `count(rows)` and `rows.join(', ')` tell of rows, `faultOf(message)` of the fault, `sourceName(x)` of that name. */
function ofCall({ expression, arguments: given }: ts.CallExpression): string {
  const [first] = given;
  if (ts.isPropertyAccessExpression(expression)) {
    const object = unwrap(expression.expression);
    if (!ts.isIdentifier(object) || !NAMESPACES.includes(object.text)) return nameOf(object);
    return first === undefined ? expression.name.text : nameOf(first);
  }
  if (ts.isIdentifier(expression)) {
    const named = /^(.+)Of$|^(.+Name)$/.exec(expression.text);
    if (named !== null) return named[1] ?? named[2] ?? '';
  }
  return first === undefined || ts.isArrowFunction(first) ? nameOf(expression) : nameOf(first);
}

const NAMESPACES = ['JSON', 'Object', 'Array', 'Math', 'Number', 'path'];

const inWords = (name: string): string =>
  (/[a-z]/.test(name) ? name : name.toLowerCase())
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .replaceAll(/ [A-Z][a-z]/g, (letters) => letters.toLowerCase());
