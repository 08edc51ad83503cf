import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freeOn, Room } from '../../src/store/room.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'room-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const FULL = { code: 'scratch-full' };

test('a file may be as large as was set, announced or not, whatever others take', async () => {
  const room = new Room(folder, 1000);
  for (const name of ['a', 'b']) {
    await room.claim(name, 400, undefined);
    await room.claim(name, 1000, undefined);
    await expect(room.claim(name, 1001, undefined)).rejects.toMatchObject({
      ...FULL,
      message: expect.stringMatching(
        /1\.0 kB have to be fetched, and the scratch folder has room for 1\.0 kB/,
      ) as string,
      remedy: 'Set FARELAKE_SCRATCH_LIMIT higher.',
    });
  }
  await expect(room.claim('c', 10, 1001)).rejects.toMatchObject(FULL);
});

test('all together have to find room on the disk, by what was announced of them', async () => {
  const room = new Room(folder);
  const half = Math.floor((await freeOn(folder)) * 0.54);
  await room.claim('a', 10, half);
  await expect(room.claim('b', 10, half)).rejects.toMatchObject({
    ...FULL,
    remedy: 'Free space, or set FARELAKE_HOME to a folder of a larger disk.',
  });
  room.release('b');
  room.release('a');
  await room.claim('b', 10, half);
});
