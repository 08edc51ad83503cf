/** Tells a file that is damaged from trouble on the way to it. */
import { fileURLToPath } from 'node:url';
import type { ListedFile } from '@farelake/db';
import { locate } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';

/** Why the file itself cannot be read; undefined: the trouble is another, such as a store out of reach or a full disk. */
export async function unreadable(error: unknown, { uri, size }: ListedFile): Promise<string | undefined> {
  if (error instanceof UserError && !OF_FILES.includes(error.code)) return undefined;
  if (!Error.isError(error)) return undefined;
  const { store, path } = locate(uri);
  const found = await store.stat(path);
  if (found === undefined) return 'its file is gone';
  if (found.size !== size) return `its file has ${found.size} bytes, the manifest says ${size}`;
  if (error instanceof UserError && error.code === 'file-damaged') return 'its bytes are not those that were written';
  if (BROKEN.test(error.message)) return 'its file is no whole Parquet file';
  // Of a disk or connection the engine says so too, but without the name of a file that lies here.
  const here = uri.startsWith('file:') && error.message.includes(fileURLToPath(uri));
  return isBarred(error) || (here && error.message.startsWith('IO Error')) ? 'its file cannot be read' : undefined;
}

/** What stores say when it may be the object and not the way to it. */
const OF_FILES: readonly string[] = ['object-gone', 'content-cut-short', 'damaged-transfer', 'file-damaged'];

/** Of this machine's files; only those of tables are read by Node itself, scratch files are written. */
const isBarred = ({ code, syscall }: NodeJS.ErrnoException): boolean =>
  (code === 'EIO' && syscall === 'read') || ((code === 'EACCES' || code === 'EPERM') && syscall === 'open');

/** What the engine says of bytes that are not what they should be, and not of a disk or a connection. */
const BROKEN =
  /^(?:Invalid Input Error|Invalid Error|TProtocolException|Serialization Error)|magic bytes|too small to be a Parquet|footer|ZSTD|zstd|corrupt/;
