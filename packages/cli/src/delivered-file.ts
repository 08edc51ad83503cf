/** One delivered `.csv.gz` or `.csv` that a person named, to look into. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { isGzip } from '@farelake/dmap';
import { locate, readRecords, schemeOf } from '@farelake/lake';
import { UserError, type CsvFormat } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';

/**
 * The header's record, then those of the rows, as loads read them, of whatever length. Whether the file is packed its first bytes say, not its
 * name. Read to its end, a packed file is whole.
 * @param place a file of this machine, or `s3://bucket/key`
 * @throws UsageError `no-such-file`; UserError `unreadable-file`, `file-not-utf8`, and those of the bucket
 */
export async function* deliveredRecords(
  place: string,
  format: CsvFormat,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  const source = await open(place, signal);
  const { packed, all } = await peek(source);
  try {
    yield* readRecords(all, format, { packed, asLoads: true });
  } catch (error) {
    throw faultOf(error, place) ?? error;
  } finally {
    source.destroy();
  }
}

async function open(place: string, signal: AbortSignal): Promise<Readable> {
  if (schemeOf(place) === 's3') {
    const { store, path } = locate(place);
    if (path === '') throw noSuchFile(place);
    return await store.read(path, { signal }).catch((error: unknown) => {
      throw error instanceof UserError && error.code === 'object-gone' ? noSuchFile(place) : error;
    });
  }
  const isFile = await stat(place).then(
    (info) => info.isFile(),
    (error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
      throw error;
    },
  );
  if (!isFile) throw noSuchFile(place);
  return createReadStream(place, { signal });
}

const noSuchFile = (place: string): UsageError =>
  new UsageError({
    code: 'no-such-file',
    // An address may be a signed one: what follows its question mark is for nobody's log.
    problem: `${place.replace(/\?.*$/s, '?…')}: there is no such file.`,
    remedy: 'Name a .csv.gz or .csv of the set, or s3://bucket/key.',
  });

async function peek(source: Readable): Promise<{ packed: boolean; all: Readable }> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  const packed = first.done !== true && isGzip(first.value);
  return { packed, all: Readable.from(rejoin(first, chunks), { objectMode: false }) };
}

async function* rejoin(first: IteratorResult<Buffer>, others: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = first; next.done !== true; next = await others.next()) yield next.value;
}

/** What the file itself has wrong. The parser's own words may quote what it read, so they are left out. */
function faultOf(error: unknown, place: string): UserError | undefined {
  if (!Error.isError(error)) return undefined;
  const { code = '', lines } = error as { code?: string; lines?: number };
  if (/^Z_/.test(code))
    return new UserError({
      code: 'unreadable-file',
      problem: `${place} is damaged, or cut off before its end.`,
      remedy: 'Fetch it once more.',
    });
  // One of the parser's codes has no prefix.
  if (/^CSV_|^INVALID_OPENING_QUOTE$/.test(code))
    return new UserError({
      code: 'unreadable-file',
      problem: `${place} is no CSV with commas and double quotes${lines === undefined ? '' : `, at line ${lines}`} (${code}).`,
      remedy: 'Name a file of the set as the vendor delivers it.',
    });
  return undefined;
}
