/**
 * Proves that a sync that is killed at any of its steps, stopped by a person or run twice at once ends as one that was left alone.
 * `packages/ingest/test/dmap/killed.test.ts` has later times of each step, and compares the books in full.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STEPS } from '@farelake/ingest';
import {
  CITATION,
  DAILY,
  dataset,
  datasets,
  openVendorHome,
  withVendor,
  type VendorHome,
} from './support/vendor-home.ts';

const standIn = withVendor();

/** Of the work on a table: half done, and on both sides of its commit. */
const LATER = ['load:adopted', 'load:committing', 'load:committed'];
const KILLS = [...STEPS.filter((step) => step.startsWith('dmap:')), ...LATER];

/** Rows without the ids of loads, and what the books and zones come to. */
async function picture(it: VendorHome): Promise<unknown> {
  const [daily, citation, states] = await Promise.all([
    it.rows('SELECT * EXCLUDE (_load_id) FROM dmap_agg_daily ORDER BY dataset_id, _line'),
    it.rows('SELECT * EXCLUDE (_load_id) FROM dmap_citation ORDER BY dataset_id, _line'),
    it.rows(`SELECT dataset, dataset_id, last_updated, lane, state, reason FROM ledger.dmap_results ORDER BY ALL`),
  ]);
  const { daily: table } = await it.status();
  const { state, rows, loads, dmap } = table;
  expect(await it.run('audit', '--content')).toMatchObject({ code: 0 });
  expect(await scratchOf(it)).toEqual([]);
  return { daily, citation, states, table: { state, rows, loads, watermark: dmap?.watermark, waiting: dmap?.waiting } };
}

const scratchOf = (it: VendorHome): Promise<string[]> =>
  readdir(path.join(it.home.folder, 'home/scratch')).catch(() => []);

const issueFirst = async (): Promise<void> => {
  await standIn.issue(DAILY, datasets(0, 8));
  await standIn.issue(CITATION, datasets(0, 2));
};
const issueAgain = async (): Promise<void> => {
  await standIn.issue(DAILY, datasets(0, 3, { sum: 1000, lastUpdated: '2024-01-01T00:00:00' }));
  await standIn.issue(DAILY, [dataset(100, { lastUpdated: '2024-01-02T00:00:00' })]);
};

test(`killed at ${KILLS.join(', ')}: old rows or new ones, and in the end all`, async () => {
  const [left, killed] = await Promise.all([openVendorHome(), openVendorHome()]);
  await issueFirst();
  for (const it of [left, killed]) expect(await it.sync()).toMatchObject({ code: 0 });
  const before = await killed.shown();
  await issueAgain();
  expect(await left.sync()).toMatchObject({ code: 0 });
  const after = await left.shown();
  expect(after).not.toEqual(before);
  for (const step of KILLS) {
    const { ended } = killed.start({ FARELAKE_FAILPOINT: step }, 'dmap', 'sync');
    expect({ step, code: (await ended).code }).toEqual({ step, code: null });
    const shown = await killed.shown();
    // Each dataset whole, as it was or as it is issued now; none is gone.
    for (const [id, sum] of Object.entries(shown))
      expect({ step, id, is: [before[id], after[id]] }).toEqual({
        ...{ step, id, is: expect.arrayContaining([sum]) as unknown },
      });
    expect(Object.keys(shown)).toEqual(expect.arrayContaining(Object.keys(before)));
  }
  expect(await killed.sync()).toMatchObject({ code: 0, err: '', daily: { failed: [], trouble: null } });
  expect(await picture(killed)).toEqual(await picture(left));
}, 300_000);

const untilFetched = async ({ steps }: VendorHome): Promise<void> => {
  while (!(await readFile(steps, 'utf8').catch(() => '')).includes('dmap:fetched')) await sleep(5);
};

test('stopped by Ctrl-C while it fetches: exit 130, nothing in scratch, nothing half-written; then all', async () => {
  const it = await openVendorHome();
  await issueFirst();
  // The last one takes its time, so that there is something to stop.
  standIn.fault({ on: 'link', after: 6, times: 2, answer: { kind: 'stall', afterBytes: 20 } });
  const { child, ended } = it.start({}, 'dmap', 'sync');
  await Promise.race([untilFetched(it), ended]);
  child.kill('SIGINT');
  const stopped = await ended;
  expect(stopped).toMatchObject({ code: 130, out: '' });
  expect(stopped.err).toMatch(/the same command goes on where it was/);
  expect(await scratchOf(it)).toEqual([]);
  standIn.clearFaults();
  expect(await it.sync()).toMatchObject({ code: 0, daily: { failed: [], trouble: null } });
  expect(Object.keys(await it.shown())).toHaveLength(8);
  expect(await it.run('audit', '--content')).toMatchObject({ code: 0 });
});

test('two at once: each dataset is fetched once, both end well', async () => {
  const it = await openVendorHome();
  await issueFirst();
  const [one, other] = await Promise.all([it.sync(), it.sync()]);
  for (const ran of [one, other]) expect(ran).toMatchObject({ code: 0, err: '' });
  expect(one.daily.fetched + other.daily.fetched).toBe(8);
  expect(one.citation.fetched + other.citation.fetched).toBe(2);
  expect(standIn.requests.filter(({ on }) => on === 'link')).toHaveLength(10);
  expect(Object.keys(await it.shown())).toHaveLength(8);
});
