/**
 * Files of metadata that are written side by side, while the next ones are made: nothing points at any of them before all are there.
 * In a bucket a commit then waits for one answer, and not for one after the other. What names the others waits for `done`.
 */
import type { FileIo } from '@farelake/iceberg';

export class WriteBehind implements FileIo {
  readonly #io: FileIo;
  readonly #writes: Promise<void>[] = [];

  constructor(io: FileIo) {
    this.#io = io;
  }

  read(path: string): Promise<Uint8Array> {
    return this.#io.read(path);
  }

  /** Only begins it. */
  write(path: string, bytes: Uint8Array): Promise<void> {
    const write = this.#io.write(path, bytes);
    // Whether it failed is asked by `done`.
    write.catch(() => undefined);
    this.#writes.push(write);
    return Promise.resolve();
  }

  /** All that were begun are there. @throws what the first of them failed by */
  async done(): Promise<void> {
    await Promise.all(this.#writes);
  }

  /** Nothing is being written any more, however it ended: to be awaited before the commit is given up. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }
}
