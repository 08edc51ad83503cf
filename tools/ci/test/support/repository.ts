/** The repository as its own tests see it. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const REPOSITORY = path.resolve(import.meta.dirname, '../../../..');

export const readText = (name: string): string => readFileSync(path.join(REPOSITORY, name), 'utf8');

export const isThere = (name: string): boolean => existsSync(path.join(REPOSITORY, name));

export interface Manifest {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly engines?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly nx?: { readonly targets?: Readonly<Record<string, { readonly inputs?: readonly string[] }>> };
}

export const manifestOf = (folder: string): Manifest =>
  JSON.parse(readText(path.posix.join(folder, 'package.json'))) as Manifest;

export const ROOT = manifestOf('.');

/** Folders of the workspaces, each one project of Nx. */
export const WORKSPACES: readonly string[] = (ROOT.workspaces ?? []).flatMap((pattern) =>
  globSync(`${pattern}/package.json`, { cwd: REPOSITORY }).map((name) => path.dirname(name)),
);
