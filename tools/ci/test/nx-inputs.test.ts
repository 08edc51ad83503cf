/** Nx knows what a package's tests read: sisters by their names, everything else outside the package by its inputs. */
import { globSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { nodesOf } from '../src/errors/sources.ts';
import { manifestOf, readText, REPOSITORY, WORKSPACES } from './support/repository.ts';

const nx = JSON.parse(readText('nx.json')) as {
  readonly namedInputs: Readonly<Record<string, readonly string[]>>;
  readonly targetDefaults: Readonly<Record<string, { readonly inputs: readonly string[] }>>;
};

const expand = (input: string): readonly string[] => nx.namedInputs[input]?.flatMap(expand) ?? [input];

const inputsOf = (folder: string): string[] =>
  (manifestOf(folder).nx?.targets?.['test']?.inputs ?? nx.targetDefaults['test']?.inputs ?? [])
    .flatMap(expand)
    .flatMap((input) => /^\{workspaceRoot\}\/(.+)/.exec(input)?.[1] ?? []);

const isAmong = (inputs: readonly string[], file: string): boolean =>
  inputs.some((pattern) => path.posix.matchesGlob(file, pattern) || path.posix.matchesGlob(`${file}/x.ts`, pattern));

/** What the modules of a package import. */
function importsOf(folder: string): { readonly file: string; readonly from: string }[] {
  return globSync(`${folder}/{src,test}/**/*.ts`, { cwd: REPOSITORY }).flatMap((file) => {
    const source = ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest);
    return [...nodesOf(source)].flatMap((node) =>
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined &&
      ts.isStringLiteral(node.moduleSpecifier)
        ? { file, from: node.moduleSpecifier.text }
        : [],
    );
  });
}

test.each(WORKSPACES)('%s: imports that leave the package are dependencies or inputs', (folder) => {
  const { name, dependencies, devDependencies } = manifestOf(folder);
  const inputs = inputsOf(folder);
  const unknown = importsOf(folder).filter(({ file, from }) => {
    if (from.startsWith('@farelake/')) {
      const sister = from.split('/').slice(0, 2).join('/');
      return sister !== name && { ...dependencies, ...devDependencies }[sister] === undefined;
    }
    if (!from.startsWith('..')) return false;
    const target = path.posix.join(path.posix.dirname(file), from);
    return !target.startsWith(`${folder}/`) && !isAmong(inputs, target);
  });
  expect(unknown).toEqual([]);
});

test.each(WORKSPACES)('%s: files of the repository that its tests read are inputs', (folder) => {
  const inputs = inputsOf(folder);
  const named = globSync(`${folder}/test/**/*.ts`, { cwd: REPOSITORY }).flatMap((file) =>
    [
      ...readText(file).matchAll(
        /REPOSITORY, '((?:sample_data|docs|migrations|README\.md|CONTRIBUTING\.md|\.github)[^']*)'/g,
      ),
    ].map(([, read = '']) => read),
  );
  expect(named.filter((read) => !isAmong(inputs, read))).toEqual([]);
});
