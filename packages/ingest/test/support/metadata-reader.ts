/** Reads metadata where a world has it, in a folder or a bucket. */
import { buffer } from 'node:stream/consumers';
import type { FileIo } from '@farelake/iceberg';
import { locate } from '@farelake/lake';
import { uriOfPath } from '../../src/index.ts';

export const metadataReader: FileIo = {
  read: async (file) => {
    const { store, path } = locate(uriOfPath(file));
    return buffer(await store.read(path));
  },
  write: () => Promise.reject(new Error('a test reads')),
};
