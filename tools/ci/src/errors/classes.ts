/**
 * Which classes are typed errors: `UserError` and `DbError`, and whatever extends them, by way of imports. A class of
 * the same name that extends something else is none of them.
 */
import ts from 'typescript';
import { filesBehind, importOf, nodesOf, type Source } from './sources.ts';

/** How an error is made: `new UserError({code, problem, remedy})` or `new DbError(code, message, {remedy})`. */
export type Form = 'parts' | 'arguments';

export interface ErrorClass {
  readonly name: string;
  readonly form: Form;
  readonly source: Source;
  readonly node: ts.ClassDeclaration;
  /** Names of the classes it extends, nearest first. */
  readonly ancestors: readonly string[];
}

const ROOTS: readonly { readonly path: string; readonly name: string; readonly form: Form }[] = [
  { path: 'packages/schema-registry/src/errors.ts', name: 'UserError', form: 'parts' },
  { path: 'packages/db/src/errors.ts', name: 'DbError', form: 'arguments' },
];

export class ErrorClasses {
  readonly #sources: readonly Source[];
  readonly #found = new Map<ts.ClassDeclaration, ErrorClass | undefined>();

  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** The class that a name means in a file, where it is a typed error. */
  byName(source: Source, name: string): ErrorClass | undefined {
    const local = declared(source, name);
    if (local !== undefined) return this.of(source, local);
    const imported = importOf(source, name);
    if (imported === undefined) return undefined;
    for (const file of filesBehind(this.#sources, source, imported.from)) {
      const node = declared(file, imported.name);
      if (node !== undefined) return this.of(file, node);
    }
    return undefined;
  }

  of(source: Source, node: ts.ClassDeclaration): ErrorClass | undefined {
    if (!this.#found.has(node)) this.#found.set(node, this.#resolve(source, node));
    return this.#found.get(node);
  }

  #resolve(source: Source, node: ts.ClassDeclaration): ErrorClass | undefined {
    const name = node.name?.text;
    if (name === undefined) return undefined;
    const root = ROOTS.find((one) => one.path === source.path && one.name === name);
    if (root !== undefined) return { name, form: root.form, source, node, ancestors: [] };
    const heritage = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0];
    if (heritage === undefined || !ts.isIdentifier(heritage.expression)) return undefined;
    const base = this.byName(source, heritage.expression.text);
    return base && { name, form: base.form, source, node, ancestors: [base.name, ...base.ancestors] };
  }
}

function declared({ file }: Source, name: string): ts.ClassDeclaration | undefined {
  for (const node of nodesOf(file)) if (ts.isClassDeclaration(node) && node.name?.text === name) return node;
  return undefined;
}
