/**
 * One dataset from behind its link to a local file: in pieces, in bounded memory, checked by all that is told of it. What breaks
 * off is taken up where it broke, if it is certain to be the same blob still; else it begins anew.
 */
import { createHash, type Hash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { UserError } from '@farelake/schema-registry';
import { Passing, retried, unreachable, type RetryOptions } from '../http/passing.ts';
import { refusePassing, type Answer, type Transport } from '../http/transport.ts';
import type { Downloaded, DownloadOptions } from '../vendor.ts';
import { noDataset, refused, strangeContent } from './refused.ts';
import type { SignedLink } from './signed-link.ts';

export interface DownloadMeans {
  readonly transport: Transport;
  readonly retry: Omit<RetryOptions, 'place' | 'signal'>;
}

/** What is there so far, and of which blob. */
interface Progress {
  size: number;
  hash: Hash;
  etag: string | undefined;
  /** Bytes of the whole, where they were told. */
  whole: number | undefined;
  /** MD5 of the whole in base64, where it was told. */
  md5: string | undefined;
}

const nothing = (): Progress => ({
  size: 0,
  hash: createHash('md5'),
  etag: undefined,
  whole: undefined,
  md5: undefined,
});

/** Bytes that a try must bring beyond all before it, or it counts as one that failed. */
const FURTHER = 1024 * 1024;
/** Bytes a second, over as long as a body may stand still: one that drips holds a connection as one that stands does. */
const SLOWEST = 1000;
/** Bytes by which a file under gzip is known. */
const MAGIC = 2;
/** As RFC 9110 has it, and of a length that a server may mean. */
const ETAG = /^(?:W\/)?"[\x21\x23-\x7e]{1,200}"$/;

export async function downloadTo(
  { transport, retry }: DownloadMeans,
  link: SignedLink,
  options: DownloadOptions,
): Promise<Downloaded | undefined> {
  const { file, signal } = options;
  signal.throwIfAborted();
  // Nobody else's to read: what the contract hides is still in it.
  const handle = await open(file, 'w', 0o600);
  try {
    const transfer = new Transfer(transport, link, handle, options);
    const isKnown = await retried(
      () => transfer.go(),
      (last, tries) => transfer.giveUp(last, tries),
      { ...retry, place: transfer.place, signal, isFurther: () => transfer.isFurther() },
    );
    await handle.close();
    if (isKnown) await rm(file);
    const { size, etag = null } = transfer.progress;
    return isKnown ? undefined : { size, etag };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error;
  }
}

class Transfer {
  progress = nothing();
  /** What the link leads to, fit to be shown. */
  readonly place: string;
  readonly #transport: Transport;
  readonly #link: SignedLink;
  readonly #file: FileHandle;
  readonly #options: DownloadOptions;
  /** Most bytes that were ever there, and how many counted as getting further. */
  #most = 0;
  #counted = 0;
  #isDamaged = false;
  /** Whether the last try was answered with the blob, or with another one than before. */
  #hasBegun = false;

  constructor(transport: Transport, link: SignedLink, file: FileHandle, options: DownloadOptions) {
    this.#transport = transport;
    this.#link = link;
    this.place = transport.redact(link.place);
    this.#file = file;
    this.#options = options;
  }

  /** One try. @returns true: it is what is known already */
  async go(): Promise<boolean> {
    this.#isDamaged = false;
    this.#hasBegun = false;
    const condition = this.#condition();
    const headers = { 'accept-encoding': 'identity', ...condition };
    const answer = await this.#transport.get(this.#link.reveal(), headers, this.#options.signal);
    try {
      if (answer.status === 304 && this.#options.known !== undefined) return true;
      await this.#take(answer, 'range' in condition);
    } finally {
      answer.giveUp();
    }
    this.#check();
    return false;
  }

  /** The rest of what is there, if it is a part of the same blob; else the whole, unless that is known. */
  #condition(): Record<string, string> {
    const { size, etag } = this.progress;
    // A weak one says that two blobs mean the same, not that they have the same bytes.
    if (size >= MAGIC && etag !== undefined && !etag.startsWith('W/'))
      return { range: `bytes=${size}-`, 'if-match': etag };
    const { known } = this.#options;
    return known === undefined ? {} : { 'if-none-match': known };
  }

  isFurther(): boolean {
    const isFurther = this.#most >= this.#counted + FURTHER;
    if (isFurther) this.#counted = this.#most;
    return isFurther;
  }

  giveUp(last: Passing, tries: number): UserError {
    const { place } = this;
    if (!this.#hasBegun) return unreachable(place, last, tries);
    return new UserError({
      code: this.#isDamaged ? 'damaged-transfer' : 'cut-off',
      problem: `${place} could not be fetched whole: ${last.reason} (tried ${tries} times).`,
      remedy: 'The next sync tries again; if it stays so, the vendor has to issue the dataset again.',
      data: { place, tries, bytes: this.progress.size },
      ...(last.cause === undefined ? {} : { cause: last.cause }),
    });
  }

  /** @param resumes a part was asked for */
  async #take(answer: Answer, resumes: boolean): Promise<void> {
    refusePassing(answer);
    if (resumes && this.#isOther(answer)) {
      this.progress = nothing();
      this.#hasBegun = true;
      throw new Passing('it changed while it was fetched');
    }
    if (answer.status === 200) await this.#begin(answer);
    else if (answer.status !== 206 || !resumes) throw refused(this.place, answer);
    this.#hasBegun = true;
    const head: Uint8Array[] = [];
    let from = performance.now();
    let bytes = 0;
    for await (const piece of answer.bytes) {
      bytes += piece.length;
      const seconds = (performance.now() - from) / 1000;
      if (seconds * 1000 >= this.#transport.longestStill) {
        if (bytes < seconds * SLOWEST) throw new Passing(`it comes at less than ${SLOWEST} bytes a second`);
        from = performance.now();
        bytes = 0;
      }
      if (this.progress.size < MAGIC) {
        head.push(piece);
        this.#refuseStrange(head, answer);
      }
      await this.#write(piece);
    }
  }

  /** Whether the part that was asked for is no part of what is there so far. */
  #isOther(answer: Answer): boolean {
    const { size, etag, whole } = this.progress;
    if (answer.status === 412 || answer.status === 416) return true;
    if (answer.status !== 206) return false;
    const [, from, all] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.header('content-range') ?? '') ?? [];
    return Number(from) !== size || answer.header('etag') !== etag || (whole !== undefined && Number(all) !== whole);
  }

  async #begin(answer: Answer): Promise<void> {
    await this.#file.truncate(0);
    const length = answer.header('content-length');
    const etag = answer.header('etag');
    this.progress = {
      ...nothing(),
      etag: etag !== undefined && this.#isEtag(etag) ? etag : undefined,
      whole: length === undefined ? undefined : Number(length),
      md5: answer.header('x-ms-blob-content-md5') ?? answer.header('content-md5'),
    };
  }

  /** It is kept, so it must hold no more than it should. */
  #isEtag = (text: string): boolean => ETAG.test(text) && this.#transport.redact(text) === text;

  async #write(piece: Uint8Array): Promise<void> {
    const { progress } = this;
    await this.#options.onBytes?.(progress.size + piece.length, progress.whole);
    for (let written = 0; written < piece.length;) {
      const { bytesWritten } = await this.#file.write(piece, written, piece.length - written, progress.size + written);
      written += bytesWritten;
    }
    progress.hash.update(piece);
    progress.size += piece.length;
    this.#most = Math.max(this.#most, progress.size);
  }

  #refuseStrange(pieces: readonly Uint8Array[], answer: Answer): void {
    const start = Buffer.concat(pieces);
    if (start.length < MAGIC) return;
    const strange = strangeContent(start, answer);
    if (strange !== undefined) throw noDataset(this.place, strange);
  }

  #check(): void {
    const { size, whole, md5, hash } = this.progress;
    if (whole !== undefined && size < whole) throw new Passing(`the connection broke after ${size} of ${whole} bytes`);
    if (size < MAGIC) throw noDataset(this.place, 'nothing');
    const found = hash.copy().digest('base64');
    const isWhole = whole === undefined || size === whole;
    if (isWhole && (md5 === undefined || md5 === found)) return;
    this.progress = nothing();
    this.#isDamaged = true;
    const why = isWhole ? 'its MD5 is not the one that was announced' : `it has more than the ${whole} bytes announced`;
    throw new Passing(why);
  }
}
