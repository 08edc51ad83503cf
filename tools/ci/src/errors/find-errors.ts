/**
 * Every place where a typed error is made, read from the syntax. Trusted: errors are made by `new` of a class or by
 * `super` in one. Checked: each of them has codes that can be read; a place whose code cannot be is a fault, not left out.
 */
import ts from 'typescript';
import { ErrorClasses, type ErrorClass } from './classes.ts';
import { callsOf, functionAround, rowsOf } from './calls.ts';
import { nodesOf, parseSource, placeOf, type Source, type SourceText } from './sources.ts';
import { declarationOf, resolve, unwrap, wordingsOf, type Bindings, type Placed } from './wording.ts';

export interface ErrorPlace {
  readonly code: string;
  /** Class of the error, then those it extends. */
  readonly classes: readonly string[];
  /** Folder of the package, for example `packages/qlik`. */
  readonly folder: string;
  readonly path: string;
  /** What it says, with placeholders; more than one where it depends. */
  readonly problems: readonly string[];
  readonly remedies: readonly string[];
}

export interface FoundErrors {
  readonly places: readonly ErrorPlace[];
  /** What keeps the list from being whole: `packages/x/src/y.ts:12: …`. */
  readonly faults: readonly string[];
}

export function findErrors(texts: readonly SourceText[]): FoundErrors {
  const finder = new Finder(texts.map(parseSource));
  return finder.find();
}

/** The expressions of one error as it is made. */
interface Making {
  readonly code: Placed;
  readonly problem: Placed | undefined;
  readonly remedy: Placed | undefined;
}

const CODE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Functions that call functions that make errors: more than a few and nobody can read the code either. */
const DEEPEST = 3;

class Finder {
  readonly #sources: readonly Source[];
  readonly #classes: ErrorClasses;
  readonly #places: ErrorPlace[] = [];
  readonly #faults: string[] = [];

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
    this.#classes = new ErrorClasses(sources);
  }

  find(): FoundErrors {
    for (const source of this.#sources) for (const node of nodesOf(source.file)) this.#visit(source, node);
    return { places: this.#places, faults: [...new Set(this.#faults)] };
  }

  #visit(source: Source, node: ts.Node): void {
    if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
      const made = this.#classes.byName(source, node.expression.text);
      if (made !== undefined && !this.#fixesCode(made)) this.#made(source, node, made, node.arguments ?? []);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      const made = this.#classAround(source, node);
      if (made !== undefined && made.ancestors.length > 0 && !isPassedOn(source, node))
        this.#made(source, node, made, node.arguments);
    }
  }

  #classAround(source: Source, node: ts.Node): ErrorClass | undefined {
    const declaration = ts.findAncestor(node, ts.isClassDeclaration);
    return declaration && this.#classes.of(source, declaration);
  }

  /** Its constructor, or one that it inherits, says the code by itself. */
  #fixesCode({ source, node, form, ancestors }: ErrorClass): boolean {
    if (ancestors.length === 0) return false;
    const own = node.members.find((member) => ts.isConstructorDeclaration(member));
    if (own === undefined) {
      const base = this.#classes.byName(source, ancestors[0] ?? '');
      return base !== undefined && this.#fixesCode(base);
    }
    return [...nodesOf(own)].some(
      (inner) =>
        ts.isCallExpression(inner) &&
        inner.expression.kind === ts.SyntaxKind.SuperKeyword &&
        !isPassedOn(source, inner) &&
        this.#making(source, form, inner.arguments, new Map()) !== undefined,
    );
  }

  #made(source: Source, node: ts.Node, made: ErrorClass, given: readonly ts.Expression[]): void {
    for (const bindings of this.#callers(source, node, new Map(), made, given, 0)) {
      const making = this.#making(source, made.form, given, bindings);
      if (making === undefined) this.#fault(source, node, `${made.name} without a code that can be read`);
      else this.#add(source, node, made, making, bindings);
    }
  }

  #add(source: Source, node: ts.Node, made: ErrorClass, making: Making, bindings: Bindings): void {
    const texts = (placed: Placed | undefined) =>
      placed === undefined ? [] : wordingsOf(this.#sources, placed, bindings);
    const codes = texts(making.code);
    if (codes.length === 0) this.#fault(source, node, `${made.name} without a code`);
    for (const { text: code, literal } of codes) {
      if (!literal) this.#fault(source, node, `the code ${code} is only known at run time: write it as a literal`);
      else if (!CODE.test(code)) this.#fault(source, node, `the code ${code} is not in kebab case`);
      else
        this.#places.push({
          code,
          classes: [made.name, ...made.ancestors],
          folder: source.folder,
          path: source.path,
          problems: texts(making.problem).map(({ text }) => text),
          remedies: texts(making.remedy).map(({ text }) => text),
        });
    }
  }

  #fault(source: Source, node: ts.Node, what: string): void {
    this.#faults.push(`${placeOf(source, node)}: ${what}`);
  }

  #making(
    source: Source,
    form: ErrorClass['form'],
    given: readonly ts.Expression[],
    bindings: Bindings,
  ): Making | undefined {
    const at = (expression: ts.Expression): Placed => ({ source, expression });
    const objects = given.map((one) => this.#object(at(one), bindings));
    if (form === 'arguments') {
      const [code, problem] = given;
      if (code === undefined) return undefined;
      const remedy = objects.flatMap((one) => (one === undefined ? [] : (propertyOf(one, 'remedy') ?? [])))[0];
      return { code: at(code), problem: problem && at(problem), remedy };
    }
    for (const object of objects) {
      const code = object && propertyOf(object, 'code');
      if (object !== undefined && code !== undefined)
        return { code, problem: propertyOf(object, 'problem'), remedy: propertyOf(object, 'remedy') };
    }
    return undefined;
  }

  #object(placed: Placed, bindings: Bindings): Placed | undefined {
    const bare = unwrap(placed.expression);
    if (ts.isObjectLiteralExpression(bare)) return { source: placed.source, expression: bare };
    if (!ts.isIdentifier(bare)) return undefined;
    const target = resolve(this.#sources, { source: placed.source, expression: bare }, bindings);
    return target && this.#object(target, bindings);
  }

  /** Where code, problem or remedy are parameters of the function around: what its callers give, once for each call. */
  #callers(
    source: Source,
    node: ts.Node,
    bindings: Bindings,
    made: ErrorClass,
    given: readonly ts.Expression[],
    depth: number,
  ): readonly Bindings[] {
    const [open] = this.#openParameters(source, made, given, bindings);
    if (open === undefined || depth >= DEEPEST) return [bindings];
    const around = functionAround(open.node);
    const rows = rowsOf(open.source, open.node);
    const calls = rows.length > 0 || around === undefined ? rows : callsOf(this.#sources, open.source, around);
    if (calls.length === 0) return [bindings];
    return calls.flatMap((call) =>
      this.#callers(source, node, new Map([...bindings, ...call]), made, given, depth + 1),
    );
  }

  #openParameters(source: Source, made: ErrorClass, given: readonly ts.Expression[], bindings: Bindings) {
    const whole = given.map((expression): Placed => ({ source, expression }));
    const making = this.#making(source, made.form, given, bindings);
    const parts = making === undefined ? whole : [making.code, making.problem, making.remedy];
    return parts.flatMap((part) => (part === undefined ? [] : openParametersOf(this.#sources, part, bindings)));
  }
}

/** Parameters without a binding that an expression is, or is one of the choices of. */
function openParametersOf(
  sources: readonly Source[],
  { source, expression }: Placed,
  bindings: Bindings,
): { readonly source: Source; readonly node: ts.Node }[] {
  const bare = unwrap(expression);
  if (ts.isConditionalExpression(bare))
    return [bare.whenTrue, bare.whenFalse].flatMap((one) =>
      openParametersOf(sources, { source, expression: one }, bindings),
    );
  if (!ts.isIdentifier(bare)) return [];
  const target = resolve(sources, { source, expression: bare }, bindings);
  if (target !== undefined) return openParametersOf(sources, target, bindings);
  const declaration = declarationOf(source, bare);
  return declaration === undefined || ts.isVariableDeclaration(declaration) ? [] : [{ source, node: declaration }];
}

/** `super(parts)` hands on what `new` was given: the error is read there. */
function isPassedOn(source: Source, call: ts.CallExpression): boolean {
  const owner = ts.findAncestor(call, ts.isConstructorDeclaration);
  return call.arguments.every((argument) => {
    const bare = unwrap(ts.isSpreadElement(argument) ? argument.expression : argument);
    const declaration = ts.isIdentifier(bare) ? declarationOf(source, bare) : undefined;
    return (
      ts.isIdentifier(bare) &&
      declaration !== undefined &&
      ts.findAncestor(declaration, ts.isConstructorDeclaration) === owner
    );
  });
}

function propertyOf({ source, expression }: Placed, name: string): Placed | undefined {
  if (!ts.isObjectLiteralExpression(expression)) return undefined;
  for (const property of expression.properties) {
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === name)
      return { source, expression: property.name };
    if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.name) && property.name.text === name)
      return { source, expression: property.initializer };
    if (ts.isSpreadAssignment(property)) {
      const [found] = choicesOf(property.expression).flatMap(
        (one) => propertyOf({ source, expression: one }, name) ?? [],
      );
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** `...(remedy === undefined ? {} : { remedy })` gives what one of the two gives. */
const choicesOf = (expression: ts.Expression): ts.Expression[] => {
  const bare = unwrap(expression);
  return ts.isConditionalExpression(bare) ? [unwrap(bare.whenTrue), unwrap(bare.whenFalse)] : [bare];
};
