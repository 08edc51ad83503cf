/** Files of a folder come into being whole: written beside their place, synced, renamed. A crash leaves the old one or the new one. */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, link, lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { measured, sha256OfFile } from './checksum.ts';
import type { PutOptions, WrittenObject } from './object-store.ts';
import { makeFolder } from './make-folder.ts';
import { exactly } from './proof.ts';
import { objectExists } from './store-errors.ts';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Name of a file that is not finished; listings pass such names over. `mark`: writers of one file keep out of each other's way. */
const unfinished = (target: string, mark = ''): string =>
  path.join(path.dirname(target), `.${path.basename(target)}${mark}.part`);

/** @property setting environment variable that names the folder */
export interface FolderOptions {
  readonly setting?: string | undefined;
}

type Written = Omit<WrittenObject, 'path'>;

export async function putWhole(
  source: Readable,
  target: string,
  options: PutOptions & FolderOptions,
): Promise<Written> {
  const { size, onlyIfAbsent, signal, setting } = options;
  const stop = signal === undefined ? {} : { signal };
  const beside = unfinished(target, `.${randomUUID().slice(0, 8)}`);
  try {
    await makeFolder(path.dirname(target), setting);
    const file = createWriteStream(beside, { flush: true });
    const given = measured();
    if (size === undefined) await pipeline(source, given.stream, file, stop);
    else await pipeline(source, exactly(size, path.basename(target)), given.stream, file, stop);
    await (onlyIfAbsent === true ? nameIfAbsent(beside, target) : rename(beside, target));
    await sync(path.dirname(target));
    return { size: given.bytes(), sha256: given.sha256() };
  } catch (error) {
    source.destroy();
    // Where no folder could be made there is nothing to remove.
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A second name is refused where there is one already, whoever else writes at the same moment. */
async function nameIfAbsent(beside: string, target: string): Promise<void> {
  try {
    await link(beside, target);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') throw objectExists(pathToFileURL(target).href);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    // A file system without second names: looked first, so only two writers at the same moment can miss each other.
    if ((await lstat(target).catch(() => undefined)) !== undefined) throw objectExists(pathToFileURL(target).href);
    return rename(beside, target);
  }
  await rm(beside);
}

/**
 * After a crash the target is there whole or not at all.
 * @returns SHA-256 of the file as it was handed over: what becomes of it on the way, a copy's faults included, shows against it
 */
export async function moveWhole(file: string, target: string, { setting }: FolderOptions = {}): Promise<string> {
  // It has just been written, so the system still has it in memory.
  const sha256 = await sha256OfFile(file);
  await makeFolder(path.dirname(target), setting);
  await sync(file);
  try {
    await rename(file, target);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // Another file system: a copy is not atomic, the rename after it is.
    const beside = unfinished(target);
    await copyFile(file, beside);
    await sync(beside);
    await rename(beside, target);
    await rm(file);
  }
  await sync(path.dirname(target));
  return sha256;
}

async function sync(target: string): Promise<void> {
  const handle = await open(target, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
