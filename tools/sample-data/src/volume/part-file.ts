import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';

/** Nothing stands under its name before it is whole: it is written as `<name>.part` and then renamed. */

const PART = '.part';

/**
 * Text is gathered in a block that goes to the packing thread while the next one fills, so that both work at once. The
 * blocks go round: new ones for every piece would be garbage faster than it is collected.
 */
const BLOCK = 1 << 20;
const BLOCKS = 3;

/** Characters of a piece that goes into a block, three bytes each at most. */
export const LONGEST_PIECE: number = 1 << 17;

export interface GzipFile {
  /** Takes at most {@link LONGEST_PIECE} characters; resolves when more may come. */
  readonly write: (text: string) => Promise<void>;
  /** Closes the file and gives it its name; answers its bytes, packed and not. */
  readonly finish: () => Promise<{ packed: number; text: number }>;
  /** Leaves nothing behind. */
  readonly discard: () => Promise<void>;
}

interface Block {
  readonly bytes: Buffer;
  used: number;
  /** Settled when the packing thread needs the block no more. */
  packed: Promise<void>;
}

/** Made once, as one file is written at a time; a file that was given up leaves its blocks to the collector. */
const spare: Block[] = [];

const takeBlock = (): Block =>
  spare.pop() ?? { bytes: Buffer.allocUnsafeSlow(BLOCK + 3 * LONGEST_PIECE), used: 0, packed: Promise.resolve() };

/** @param level of gzip, 1 to 9 */
export const openGzipFile = (file: string, level: number): GzipFile => {
  const part = file + PART;
  const gzip = createGzip({ level, memLevel: 9, chunkSize: BLOCK / 2 });
  const out = createWriteStream(part);
  const done = pipeline(gzip, out);
  // It is awaited below; until then a failure must not count as unheard.
  done.catch(() => undefined);
  const blocks = Array.from({ length: BLOCKS }, takeBlock);
  let at = 0;
  let text = 0;
  const block = (): Block => blocks[at] as Block;
  const pack = async (): Promise<void> => {
    const full = block();
    text += full.used;
    full.packed = new Promise((resolve) => {
      gzip.write(full.bytes.subarray(0, full.used), () => {
        resolve();
      });
    });
    at = (at + 1) % BLOCKS;
    // A stream that fails never tells: then `done` does.
    await Promise.race([block().packed, done]);
    block().used = 0;
  };
  return {
    write: async (piece) => {
      const here = block();
      here.used += here.bytes.write(piece, here.used, 'utf8');
      if (here.used >= BLOCK) await pack();
      // The packing thread hears of its next block only when the event loop turns.
      await turn();
    },
    finish: async () => {
      await pack();
      gzip.end();
      await done;
      for (const one of blocks) one.used = 0;
      spare.push(...blocks);
      await rename(part, file);
      return { packed: out.bytesWritten, text };
    },
    discard: async () => {
      gzip.destroy();
      await done.catch(() => undefined);
      await rm(part, { force: true });
    },
  };
};

/** A small file, whole or not there. */
export const writeWhole = async (file: string, text: string): Promise<number> => {
  await writeFile(file + PART, text);
  await rename(file + PART, file);
  return Buffer.byteLength(text);
};
