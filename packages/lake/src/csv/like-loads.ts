/**
 * A delivered text made fit for a strict parser where loads are laxer than it: a quote inside an unquoted field, which the
 * engine takes for a character like any other, becomes an apostrophe, and spaces around a quoted field go. Fields and rows are then
 * those of a load, and their values too, but for these quotes. The header stays as it is: loads are as strict with it.
 */
import { UserError, type CsvFormat } from '@farelake/schema-registry';

const LF = 10;
const CR = 13;
const SPACE = 32;
const APOSTROPHE = 39;

type Place = 'start' | 'plain' | 'quoted' | 'closed' | 'behind';

/**
 * @param format whose quotes are doubled inside quotes
 * @throws UserError `file-not-utf8` for what is not UTF-8
 */
export async function* likeLoads(chunks: AsyncIterable<Buffer>, format: CsvFormat): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = { place: 'start' as Place, spaces: 0, inHeader: true };
  const [quote, delimiter] = [format.quoteChar.charCodeAt(0), format.fieldDelimiter.charCodeAt(0)];
  for await (const chunk of chunks) {
    if (reader.inHeader && chunk.includes(0)) throw notUtf8();
    check(() => decoder.decode(chunk, { stream: true }));
    yield rewrite(reader, chunk, quote, delimiter);
  }
  check(() => decoder.decode());
  yield Buffer.alloc(reader.spaces, SPACE);
}

function check(decode: () => void): void {
  try {
    decode();
  } catch (cause) {
    throw notUtf8(cause);
  }
}

const notUtf8 = (cause?: unknown): UserError =>
  new UserError({
    code: 'file-not-utf8',
    problem: 'The file is not UTF-8, as every file has to be that is loaded; it may be UTF-16 or Latin-1.',
    remedy: 'Name a file of the set as the vendor delivers it; if they are all like this, ask for UTF-8.',
    cause,
  });

/** One loop over bytes, with no call in it: all of a file goes through here. */
function rewrite(
  reader: { place: Place; spaces: number; inHeader: boolean },
  chunk: Buffer,
  quote: number,
  delimiter: number,
): Buffer {
  const written = Buffer.allocUnsafe(chunk.length + reader.spaces);
  let { place, spaces, inHeader } = reader;
  let at = 0;
  for (let byte of chunk) {
    const held = spaces;
    const isSpace = byte === SPACE && (place === 'start' || place === 'closed' || place === 'behind');
    if (isSpace && !inHeader) {
      spaces += 1;
      if (place === 'closed') place = 'behind';
      continue;
    }
    let dropped = false;
    if (place === 'quoted') {
      if (byte === quote) place = 'closed';
    } else if (byte === quote) {
      dropped = place === 'start';
      if (place === 'start' || place === 'closed') place = 'quoted';
      else if (place === 'plain' && !inHeader) byte = APOSTROPHE;
    } else if (byte === delimiter || byte === LF || byte === CR) {
      dropped = place === 'behind';
      place = 'start';
      if (byte !== delimiter) inHeader = false;
    } else if (!isSpace) place = 'plain';
    spaces = 0;
    if (held > 0 && !dropped) {
      written.fill(SPACE, at, at + held);
      at += held;
    }
    written[at] = byte;
    at += 1;
  }
  Object.assign(reader, { place, spaces, inHeader });
  return written.subarray(0, at);
}
