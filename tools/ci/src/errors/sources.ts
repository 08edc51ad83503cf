/** The TypeScript files in which errors may be made, parsed. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface SourceText {
  /** Below the repository's root, parts separated by `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Source {
  readonly path: string;
  /** Folder of the package, for example `packages/qlik`. */
  readonly folder: string;
  readonly file: ts.SourceFile;
}

const FOLDERS = [
  ...['packages/*/src/**/*.ts', 'packages/kafka/client/**/*.ts', 'tools/*/src/**/*.ts'],
  ...['infra/*.ts', 'infra/src/**/*.ts'],
];

/** All sources of the repository, tests left out. */
export const readSources = (repository: string): SourceText[] =>
  globSync(FOLDERS, { cwd: repository })
    .filter((name) => !name.includes('node_modules'))
    .map((name) => name.replaceAll(path.sep, '/'))
    .sort()
    .map((name) => ({ path: name, text: readFileSync(path.join(repository, name), 'utf8') }));

export const parseSource = ({ path: name, text }: SourceText): Source => ({
  path: name,
  folder: name.startsWith('infra/') ? 'infra' : name.split('/').slice(0, 2).join('/'),
  file: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true),
});

/** Every node of a file or below a node, in the order of the text. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

/** `packages/x/src/y.ts:12`, for messages. */
export function placeOf(source: Source, node: ts.Node): string {
  const { line } = source.file.getLineAndCharacterOfPosition(node.getStart(source.file));
  return `${source.path}:${line + 1}`;
}

/** What an identifier was imported as and from where; undefined: it is none of the file's imports. */
export function importOf({ file }: Source, name: string): { readonly name: string; readonly from: string } | undefined {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    for (const { name: local, propertyName } of bindings.elements)
      if (local.text === name) return { name: propertyName?.text ?? name, from: statement.moduleSpecifier.text };
  }
  return undefined;
}

/** Files that an import may lead to: the file itself, or all of a sister package behind its door. */
export function filesBehind(sources: readonly Source[], importer: Source, from: string): readonly Source[] {
  const sister = /^@farelake\/([^/]+)$/.exec(from)?.[1];
  if (sister !== undefined)
    return sources.filter(({ folder }) => [`packages/${sister}`, `tools/${sister}`, sister].includes(folder));
  if (!from.startsWith('.')) return [];
  const target = path.posix.join(path.posix.dirname(importer.path), from);
  return sources.filter((source) => source.path === target);
}
