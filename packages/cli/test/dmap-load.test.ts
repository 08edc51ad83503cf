/** Proves that a load of datasets may be killed at each of its steps: readers see one commit or the other, and it goes on. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatContract } from '@farelake/schema-registry';
import { deliverDataset, setContract } from '../../ingest/test/support/datasets.ts';
import { closeHomes, openHome, startCommand, type Home } from './support/command.ts';

afterAll(closeHomes, 60_000);

const CONTRACT = setContract('agg_trips', [{ name: 'n', type: 'bigint' }, { name: 'note' }], {
  quarantine: { dataset: { rows: 1, share: 1 } },
});

/** Issue n of three datasets, of which one has a row that is refused. */
async function issue(folder: string, n: number): Promise<void> {
  const day = `2026-01-${String(n).padStart(2, '0')}`;
  const its = { startDate: day, endDate: day, lastUpdated: `${day}T00:00:00.000000000` };
  for (const datasetId of ['a', 'b', 'c']) {
    const text = `n,note\n${n},x\n${datasetId === 'b' ? 'none,y\n' : ''}`;
    await deliverDataset(folder, 'agg_trips', { datasetId, ...its, text });
  }
}

async function open(): Promise<{ home: Home; folder: string }> {
  const home = await openHome();
  const folder = path.join(home.folder, 'incoming');
  const registry = path.join(home.folder, 'registry/dmap');
  await mkdir(registry, { recursive: true });
  await writeFile(path.join(registry, 'dmap_agg_trips.json'), formatContract(CONTRACT));
  return { home, folder };
}

const shown = async (home: Home): Promise<unknown> => {
  const answer = await home.run(
    'query',
    'SELECT n, list_sort(list(dataset_id)) AS ids FROM dmap_agg_trips GROUP BY n',
    '--format',
    'json',
  );
  return JSON.parse(answer.out) as unknown;
};
const whole = (n: number) => [{ n, ids: ['a', 'b', 'c'] }];

const STEPS = [
  ['register:group', 'before'],
  ['plan:committing', 'before'],
  ['plan:committed', 'before'],
  ['load:started', 'before'],
  ['load:unpacked:2', 'before'],
  ['load:written', 'before'],
  ['load:rows-kept', 'before'],
  ['load:adopted:2', 'before'],
  ['load:committing', 'before'],
  ['load:committed', 'after'],
  ['archive:copied', 'after'],
  ['archive:committing', 'after'],
] as const;

test('killed anywhere, run again: the same table', async () => {
  const { home, folder } = await open();
  await issue(folder, 1);
  expect(await home.run('ingest', folder)).toMatchObject({ code: 0 });
  for (const [index, [step, side]] of STEPS.entries()) {
    const n = index + 2;
    await issue(folder, n);
    const { ended } = startCommand({ ...home.variables, FARELAKE_FAILPOINT: step }, ['ingest', folder]);
    expect({ step, code: (await ended).code }).toEqual({ step, code: null });
    expect({ step, rows: await shown(home) }).toEqual({ step, rows: whole(side === 'before' ? n - 1 : n) });
    const again = await home.run('ingest', folder);
    expect({ step, code: again.code, rows: await shown(home) }).toEqual({ step, code: 0, rows: whole(n) });
  }
  expect(await home.run('audit', '--content')).toMatchObject({ code: 0 });
  expect(await home.run('maintain', '--grace', 'PT0S', '--retention', 'PT0S')).toMatchObject({ code: 0 });
  expect(await shown(home)).toEqual(whole(STEPS.length + 1));
  expect(await home.run('audit', '--content')).toMatchObject({ code: 0 });
}, 300_000);

test('what a person sees of the table', async () => {
  const { home, folder } = await open();
  await issue(folder, 1);
  expect(await home.run('ingest', folder, '--table', 'agg_trips')).toMatchObject({ code: 0 });
  const show = await home.run('table', 'show', 'aggregations.agg_trips');
  expect(show.out).toContain('rows       of datasets: one that is issued anew replaces all of its rows');
  expect(show.out).not.toContain('history');
  expect(JSON.parse((await home.run('table', 'show', 'dmap_agg_trips', '--json')).out)).toMatchObject({
    history: null,
    current: { rows: 3, files: 3 },
  });
  for (const args of [
    ['verify', '--table', 'agg_trips'],
    ['repair', '--table', 'agg_trips', '--why', 'x'],
    ['table', 'rollback', 'agg_trips'],
    ['table', 'reject', 'agg_trips'],
  ]) {
    const refused = await home.run(...args);
    expect({ args, code: refused.code }).toEqual({ args, code: 2 });
    expect(refused.err).toContain('dmap_agg_trips is a table of datasets');
  }
  expect(await home.run('table', 'release', 'agg_trips')).toMatchObject({ code: 1 });
  expect(await home.run('replay', '--table', 'agg_trips')).toMatchObject({ code: 0 });
  expect(await shown(home)).toEqual(whole(1));
});
