/**
 * Files of the manifest, for the engine. It opens files of this machine where they lie. A bucket's files come into the
 * scratch folder of this piece of work first, each once and none that there is no room for; where DuckDB's extension
 * `httpfs` is installed it reads them in place instead.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { locate, schemeOf } from '../store/open-store.ts';
import { exactly, unchanged } from '../store/proof.ts';
import { freeOn, scratchFull, SHARE } from '../store/room.ts';
import { filesSql, type ViewColumn } from '../view.ts';
import { createInPlace, type RunSql } from './httpfs.ts';

/** As the manifest has it. */
export interface EngineFile {
  /** Absolute. */
  readonly uri: string;
  /** Bytes. */
  readonly size: number;
  /** Of what was written, in hex; null or absent: not known. */
  readonly sha256?: string | null;
}

export interface EngineFiles {
  /**
   * What the engine opens for each file, in their order.
   * What is fetched is proven on the way; what is read in place is not.
   * @throws UserError `scratch-full` before anything is fetched; `object-gone`, `file-damaged`, and those of the store
   */
  open(files: readonly EngineFile[]): Promise<string[]>;
  /** SQL of the relation of the given columns over the files; empty without files. */
  sql(files: readonly EngineFile[], columns: readonly ViewColumn[]): Promise<string>;
  /**
   * Reads each file whole and once, unless it was fetched and so proven. For those whose rows are to be written again: a damage
   * must not get a checksum of its own.
   * @throws UserError `file-damaged` when the content is not what was written
   */
  prove(files: readonly EngineFile[]): Promise<void>;
  /** This piece of work needs the files no more: what was fetched of them goes. Nothing may read them at that moment. */
  release(files: readonly EngineFile[]): Promise<void>;
}

export interface EngineFilesOptions {
  /** Where fetched files lie; made when needed. */
  readonly folder: string;
  /** Bytes that fetched files may take at any time; 90 % of what is free on the disk unless given. */
  readonly limit?: number | undefined;
  /** File of DuckDB's extension `httpfs`; without, it is used if it is installed where DuckDB looks. */
  readonly httpfs?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Fetched {
  readonly size: number;
  readonly file: Promise<string>;
}

export function createEngineFiles(run: RunSql, options: EngineFilesOptions): EngineFiles {
  const fetched = new Map<string, Fetched>();
  const proven = new Set<string>();
  const inPlace = createInPlace(run, options.httpfs);
  let names = 0;

  const start = (file: EngineFile): Fetched => {
    names += 1;
    const work = fetchOne(file, path.join(options.folder, `${names}.parquet`), options.signal);
    const one = { size: file.size, file: work };
    fetched.set(file.uri, one);
    // What failed is fetched again by whoever asks again.
    work.catch(() => fetched.delete(file.uri));
    return one;
  };

  /** Makes room for all that is missing, then fetches a few at a time. */
  const fetchAll = async (files: readonly EngineFile[]): Promise<void> => {
    const missing = [...new Map(files.map((file) => [file.uri, file])).values()].filter(({ uri }) => !fetched.has(uri));
    if (missing.length > 0) {
      await mkdir(options.folder, { recursive: true });
      await requireRoom(options, sum(missing), sum([...fetched.values()]));
    }
    const queue = missing.values();
    const lanes = Array.from({ length: AT_ONCE }, async () => {
      for (const file of queue) await (fetched.get(file.uri) ?? start(file)).file;
    });
    await allSettled(lanes);
  };

  const open = async (files: readonly EngineFile[]): Promise<string[]> => {
    const far = files.filter(({ uri }) => schemeOf(uri) !== 'file');
    const near = far.length === 0 ? new Set<string>() : await inPlace(far.map(({ uri }) => uri));
    await fetchAll(far.filter(({ uri }) => !near.has(uri)));
    return Promise.all(files.map(async ({ uri }) => opened(uri, await fetched.get(uri)?.file)));
  };

  return {
    open,
    sql: async (files, columns) => filesSql(await open(files), columns),
    prove: async (files) => {
      await open(files);
      for (const file of files) {
        if (fetched.has(file.uri) || proven.has(file.uri)) continue;
        await proveOne(file, options.signal);
        proven.add(file.uri);
      }
    },
    release: async (files) => {
      for (const { uri } of files) {
        const one = fetched.get(uri);
        proven.delete(uri);
        fetched.delete(uri);
        if (one !== undefined) await rm(await one.file, { force: true });
      }
    },
  };
}

const opened = (uri: string, copy: string | undefined): string =>
  copy ?? (schemeOf(uri) === 'file' ? fileURLToPath(uri) : uri);

/** More would only wait for the same line; fewer would wait for the store's answers. */
const AT_ONCE = 4;

const sum = (files: readonly { size: number }[]): number => files.reduce((total, { size }) => total + size, 0);

/** Fails with the first error, once nothing is under way any more. */
async function allSettled(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Read whole and of the size that the manifest knows; names are never used twice, so no other content can be there. */
async function fetchOne(
  { uri, size, sha256 }: EngineFile,
  target: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { store, path: inside } = locate(uri);
  const stop = signal === undefined ? {} : { signal };
  try {
    const source = await store.read(inside, stop);
    await pipeline(source, exactly(size, uri), unchanged(sha256, uri), createWriteStream(target), stop);
    return target;
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

async function proveOne({ uri, sha256 }: EngineFile, signal: AbortSignal | undefined): Promise<void> {
  if (sha256 == null) return;
  const { store, path: inside } = locate(uri);
  const stop = signal === undefined ? {} : { signal };
  const proof = unchanged(sha256, uri);
  proof.resume();
  await pipeline(await store.read(inside, stop), proof, stop);
}

async function requireRoom({ folder, limit }: EngineFilesOptions, needed: number, present: number): Promise<void> {
  const free = await freeOn(folder);
  const room = limit === undefined ? free * SHARE : Math.min(limit - present, free);
  if (needed <= room) return;
  const by = limit === undefined || free < limit - present ? 'disk' : 'limit';
  throw scratchFull(needed, room, by, OTHERWISE);
}

const OTHERWISE = "; or install DuckDB's extension httpfs, with which files of buckets are read in place";
