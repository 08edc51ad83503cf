/** Metadata files in memory. Nothing is overwritten: a name given twice is a fault. */
import type { FileIo } from '../../src/index.ts';

export interface MemoryIo extends FileIo {
  readonly files: Map<string, Uint8Array>;
  /** Paths read since the last call. */
  takeReads(): string[];
}

export function memoryIo(): MemoryIo {
  const files = new Map<string, Uint8Array>();
  let reads: string[] = [];
  return {
    files,
    takeReads() {
      const taken = reads;
      reads = [];
      return taken;
    },
    read: (path) => {
      reads.push(path);
      const bytes = files.get(path);
      return bytes === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(bytes);
    },
    write: (path, bytes) => {
      if (files.has(path)) return Promise.reject(new Error(`there is a file ${path}`));
      files.set(path, bytes);
      return Promise.resolve();
    },
  };
}
