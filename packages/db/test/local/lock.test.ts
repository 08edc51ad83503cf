import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { withLock } from '../../src/local/lock.ts';
import { child } from '../support/homes.ts';

jest.setTimeout(20_000);
let folder = '';
beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'farelake-lock-'))));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('the lock of a killed holder is taken over, by one waiter at a time', async () => {
  mkdirSync(folder, { recursive: true });
  const holder = child('hold', folder);
  await holder.told('holds lock');
  const waiters = Array.from({ length: 4 }, () => child('count', folder));
  await expect(withLock(path.join(folder, 'lock'), { waitMs: 0 }, () => Promise.resolve())).rejects.toMatchObject({
    code: 'busy',
  });
  holder.process.kill('SIGKILL');
  await Promise.all(waiters.map(({ told }) => told('done')));
  expect(readFileSync(path.join(folder, 'notes'), 'utf8')).toBe('in\nout\n'.repeat(4));
});

test('two calls in one process exclude each other, and a failed one lets go', async () => {
  const file = path.join(folder, 'lock');
  const order: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    order.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push(`${name} out`);
    if (name === 'a') throw new Error('a failed');
  };
  const results = await Promise.allSettled([
    withLock(file, { waitMs: 5_000 }, work('a')),
    withLock(file, { waitMs: 5_000 }, work('b')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
});
