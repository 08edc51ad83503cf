import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tapsContract } from '../../../schema-registry/test/taps-contract.ts';
import { hmacKeyFor } from '../../src/index.ts';
import { ownKey } from '../../src/treatment/own-key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'farelake-key-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is made once, however many ask for it at the same time, and only its owner may read it', async () => {
  const file = path.join(folder, 'home/hmac.key');
  const keys = await Promise.all(Array.from({ length: 20 }, () => ownKey(file)));
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(keys.map((key) => Buffer.from(key).toString()))).toEqual(new Set([text]));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(Buffer.from(await ownKey(file)).toString()).toBe(text);
});

test('a key that is given comes first, and makes no file; without a place for one it has to be given', async () => {
  const file = path.join(folder, 'hmac.key');
  const own = await hmacKeyFor(tapsContract(), file);
  process.env['FARELAKE_HMAC_KEY'] = 'k'.repeat(64);
  try {
    expect((await hmacKeyFor(tapsContract(), path.join(folder, 'other.key')))?.id).not.toBe(own?.id);
    await expect(stat(path.join(folder, 'other.key'))).rejects.toMatchObject({ code: 'ENOENT' });
  } finally {
    delete process.env['FARELAKE_HMAC_KEY'];
  }
  await expect(hmacKeyFor(tapsContract())).rejects.toMatchObject({ code: 'secret-missing' });
});
