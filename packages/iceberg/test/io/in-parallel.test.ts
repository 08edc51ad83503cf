/** Several files are under way at once; a failure leaves none behind it. */
import { setTimeout as passing } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { commitSnapshot, createTable, type FileIo } from '../../src/index.ts';
import { dataFile, LOCATION, UUID } from '../support/files.ts';
import { namingOf } from '../support/naming.ts';

const AT_ONCE = 8;
const EMPTY = createTable({ location: LOCATION, uuid: UUID, columns: [], now: 0 });
const add = Array.from({ length: 40 }, (_, n) => dataFile(n));

/** Each write takes a while; those of some manifests fail, at once or in the end. */
function slowIo(failing: Readonly<Record<string, 'at once' | 'in the end'>>) {
  const seen = { begun: 0, ended: 0, most: 0 };
  const io: FileIo = {
    read: () => Promise.reject(new Error('nothing is to be read')),
    async write(path) {
      seen.begun += 1;
      seen.most = Math.max(seen.most, seen.begun - seen.ended);
      const way = Object.entries(failing).find(([name]) => path.endsWith(name))?.[1];
      if (way !== 'at once') await passing(20);
      seen.ended += 1;
      if (way !== undefined) throw new Error(`no space ${way}`);
    },
  };
  return { io, seen };
}
const commit = (io: FileIo) => commitSnapshot(io, EMPTY, { add }, namingOf(1), { perManifest: 1 });

it('several are under way, and no more than that', async () => {
  const { io, seen } = slowIo({});
  expect((await commit(io)).written).toHaveLength(add.length + 1);
  expect(seen).toEqual({ begun: add.length + 1, ended: add.length + 1, most: AT_ONCE });
});

it('after the first failure nothing more is begun, and what is under way has ended', async () => {
  const { io, seen } = slowIo({ '-m3.avro': 'at once', '-m5.avro': 'in the end' });
  await expect(commit(io)).rejects.toThrow('no space at once');
  expect(seen.ended).toBe(seen.begun);
  expect(seen.begun).toBeLessThanOrEqual(AT_ONCE);
  await passing(50);
  expect(seen.begun).toBeLessThanOrEqual(AT_ONCE);
});
