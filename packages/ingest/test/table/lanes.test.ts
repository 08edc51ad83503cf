/** Proves that what waits or takes long leaves the lanes to the others, and that stopping ends all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inLanes } from '../../src/table/lanes.ts';
import { engineBytes, foldBytes, laneCount } from '../../src/table/share.ts';

const never = new AbortController().signal;

it('gives turns in order, no more at once than there are lanes', async () => {
  const order: number[] = [];
  let within = 0;
  let most = 0;
  const turn = async (job: number) => {
    order.push(job);
    most = Math.max(most, (within += 1));
    await sleep(5);
    within -= 1;
    return undefined;
  };
  await inLanes([1, 2, 3, 4, 5, 6, 7], 3, turn, never);
  expect(order).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

it('goes on with the others while one waits for its next turn, in a single lane too', async () => {
  const order: string[] = [];
  let turns = 0;
  const turn = (job: string) => {
    order.push(job);
    return Promise.resolve(job === 'waits' && (turns += 1) < 3 ? 30 : undefined);
  };
  await inLanes(['waits', 'a', 'b'], 1, turn, never);
  expect(order).toEqual(['waits', 'a', 'b', 'waits', 'waits']);
});

it('goes on with the others while one never ends, until it is stopped', async () => {
  const stop = new AbortController();
  const done: string[] = [];
  const turn = async (job: string) => {
    if (job === 'stalls') await sleep(3_600_000, undefined, { signal: stop.signal });
    done.push(job);
    if (done.length === 3) stop.abort(new Error('stopped'));
    return undefined;
  };
  await expect(inLanes(['stalls', 'a', 'b', 'c'], 2, turn, stop.signal)).rejects.toThrow('stopped');
  expect(done).toEqual(['a', 'b', 'c']);
});

it('an error ends it with that error, once nothing is under way', async () => {
  let ended = false;
  const begun: string[] = [];
  const turn = async (job: string) => {
    begun.push(job);
    if (job === 'fails') throw new Error('the error');
    await sleep(50);
    ended = true;
    return undefined;
  };
  await expect(inLanes(['fails', 'a', 'b'], 2, turn, never)).rejects.toThrow('the error');
  expect(ended).toBe(true);
  expect(begun).toEqual(['fails', 'a']);
});

it('shares the machine: two lanes at least, and never more memory than one alone might take', () => {
  const GIB = 2 ** 30;
  expect(laneCount(1, GIB)).toBe(2);
  expect(laneCount(2, 8 * GIB)).toBe(4);
  expect(laneCount(64, 512 * GIB)).toBe(6);
  for (const bytes of [GIB, 4 * GIB, 8 * GIB, 64 * GIB]) {
    expect(engineBytes(bytes, 1)).toBe(Math.min(4 * GIB, Math.max(GIB / 2, bytes / 4)));
    for (const atOnce of [2, 4, 6]) {
      expect(engineBytes(bytes, atOnce)).toBeLessThanOrEqual(engineBytes(bytes, 1));
      expect(foldBytes(bytes, atOnce)).toBeLessThanOrEqual(1.5 * GIB);
      if (bytes >= 8 * GIB) expect(atOnce * engineBytes(bytes, atOnce)).toBeLessThanOrEqual(bytes * 0.5);
    }
  }
});
