/**
 * Proves that no key of the vendor and no signature of a link gets anywhere: whatever commands say of a set with trouble of each
 * kind, and whatever they leave. And that the look for them, which every test of this folder ends with, finds what is there.
 */
import { appendFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { openPool } from '@farelake/db';
import { nameOf, status } from '@farelake/dmap/testing';
import { openEngine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import { findSecrets } from './support/canary.ts';
import { closeVendorHomes, CITATION, DAILY, datasets, openVendorHome, withVendor } from './support/vendor-home.ts';

const standIn = withVendor();

test('whatever is asked of sets with trouble, in words and as JSON', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 6));
  await standIn.issue(CITATION, datasets(0, 1));
  const page = `<html>${standIn.keys.aggregations} ?sv=1&sig=abc</html>`;
  standIn.fault({ on: 'link', datasetId: nameOf(1), times: Infinity, answer: status(403, {}, page) });
  standIn.fault({ on: 'link', datasetId: nameOf(2), times: Infinity, answer: status(404, {}, page) });
  standIn.fault({ on: 'link', datasetId: nameOf(3), times: Infinity, answer: { kind: 'html' } });
  // What the API says may repeat what it was asked with.
  const said = JSON.stringify({
    fault: { faultstring: `Invalid ApiKey ${standIn.keys.transactional} for ?a=1&sig=abc, sig=abc` },
  });
  standIn.fault({ on: 'api', set: CITATION.set, times: Infinity, answer: status(401, {}, said) });
  const results = 'SELECT * FROM ledger.dmap_results';
  const ran = [];
  for (const command of [
    'dmap sync',
    'dmap sync --full',
    'dmap list',
    'status',
    'audit',
    'dmap show agg_daily --all',
    'dmap show citation',
  ])
    for (const more of [[], ['--json']]) ran.push(await it.run(...command.split(' '), ...more));
  for (const format of ['table', 'json', 'csv']) ran.push(await it.run('query', results, '--format', format));
  const told = ran.map(({ out, err }) => out + err).join('\n');
  expect(told).toMatch(/d_0001.*Its link was refused/);
  expect(told).toMatch(/refuses: status 401 \(Invalid ApiKey \[key\] for \?… \[signature\]\)/);
}, 240_000);

test('the look finds a secret wherever it is', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 1));
  expect(await it.sync()).toMatchObject({ code: 0 });
  const { folder, databaseUrl } = it.home;
  const [key = '', ...others] = standIn.secrets();
  const signature = others.at(-1) ?? '';
  expect(signature).toMatch(/^[\w+/=%]{40,}$/);
  const look = (ran: Parameters<typeof findSecrets>[0]['ran'] = [], secrets = standIn.secrets()) =>
    findSecrets({ ran, databaseUrl, folder }, secrets);
  const said = (err: string) => [{ args: ['status'], ran: { code: 0, out: '', err } }];
  expect(await look()).toEqual([]);
  expect(await look(said(`x${key}x`))).toEqual(['a key or a signature in farelake status']);
  expect(await look(said(`https://host/blob?sv=1&sig%3Dabc`))).toEqual(['`sig=` in farelake status']);
  expect(await look([], ['d_0000-but-another', 'agg_daily/d_0000'])).toEqual([
    'a key or a signature in the database',
    'a key or a signature in the files',
  ]);
  await expect(look([], [])).rejects.toThrow(/nothing to look for/);
  const pool = openPool(databaseUrl, { max: 1 });
  await pool.query('UPDATE ledger.dmap_results SET reason = $1', [`of ${signature}`]);
  expect(await look()).toEqual(['a key or a signature in the database']);
  await pool.query('UPDATE ledger.dmap_results SET reason = NULL');
  await pool.end();
  // As a value of a Parquet file, which is packed.
  const engine = await openEngine({ tempFolder: path.join(folder, '..', 'spill') });
  const parquet = path.join(folder, 'home/stage/planted.parquet');
  await engine.rows(
    `COPY (SELECT repeat('a', 100) || ${quoteLiteral(key)} AS v FROM range(100)) TO ${quoteLiteral(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  engine.close();
  expect(await look()).toEqual(['a key or a signature in the files']);
  await rm(parquet);
  expect(await look()).toEqual([]);
  await appendFile(it.steps, `dmap:listed ${key}\n`);
  await expect(closeVendorHomes()).rejects.toThrow(/a key or a signature in the files/);
});
