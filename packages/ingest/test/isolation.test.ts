/** Proves that a table which fails, stalls or is held neither stops nor delays the others, and what becomes of it. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore, openStore } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { startFront, type Front } from '../../lake/test/support/s3-front.ts';
import { startS3, s3Variables, type S3Server } from '../../lake/test/support/s3-server.ts';
import { ingest, releaseTable } from '../src/index.ts';
import { Delivery, seq } from './support/delivery.ts';
import { closeWorlds, openWorld, type World } from './support/world.ts';

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NAME', type: 'STRING' },
];
const IMPATIENT = { retries: 1, ofStores: 0, first: 1, longest: 1 };

let s3: S3Server;
let front: Front;
beforeAll(async () => {
  s3 = await startS3();
  await s3.makeBucket('isolation');
  front = await startFront(s3.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint));
}, 30_000);
afterAll(async () => {
  await closeWorlds();
  await front.close();
  await s3.close();
}, 60_000);

async function deliver(world: World, table: string): Promise<void> {
  const delivery = new Delivery(world.delivered, table, COLUMNS);
  await delivery.snapshot('LOAD1', [
    ['1', 'one'],
    ['2', 'two'],
  ]);
  await delivery.changes('20260101-000000000', [{ seq: seq(1), oper: 'I', row: ['3', 'three'] }]);
  await world.addTable(table);
}

const stateOf = async (world: World, table: string) => (await world.status()).find((one) => one.table === table);

it('whose objects never come: the others are finished meanwhile, and it is tried again afterwards', async () => {
  const world = await openWorld(undefined, { patience: IMPATIENT });
  const tables = ['EDW.A', 'EDW.B', 'EDW.C', 'EDW.STALLS'];
  for (const table of tables) await deliver(world, table);
  const from = openStore('s3://isolation/stalled/cubic');
  for await (const file of folderStore(world.delivered).list(() => undefined))
    await from.adopt(path.join(world.delivered, file.path), file.path);
  process.env['FARELAKE_S3_TIMEOUT'] = '3600';
  let stalled = 0;
  let others = new Map<string, string>();
  front.fault = ({ method, url }) => {
    if (method !== 'GET' || !url.includes('EDW.STALLS') || !url.includes('.csv.gz')) return undefined;
    stalled += 1;
    return 'stall';
  };
  try {
    const stop = new AbortController();
    const running = ingest({ ...world, signal: stop.signal }, from);
    for (;;) {
      others = new Map((await world.status()).map(({ table, state }) => [table, state]));
      if (stalled > 0 && ['edw_a', 'edw_b', 'edw_c'].every((name) => others.get(name) === 'live')) break;
      await sleep(50);
    }
    expect(others.get('edw_stalls')).toBe('waiting');
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow();
  } finally {
    delete process.env['FARELAKE_S3_TIMEOUT'];
    front.fault = () => undefined;
  }
  expect((await ingest(world, from)).troubled).toEqual([]);
  expect((await world.status()).map(({ state }) => state)).toEqual(['live', 'live', 'live', 'live']);
}, 120_000);

it('that fails run after run is held in the end, with what to do; released, it goes on; the others never notice', async () => {
  const world = await openWorld(undefined, { patience: IMPATIENT });
  for (const table of ['EDW.FAILS', 'EDW.FINE']) await deliver(world, table);
  // Something of the machine that does not mend by itself: its place in the stage zone is taken by something else.
  const { stage } = world;
  const broken: typeof stage = {
    ...stage,
    uriOf: stage.uriOf.bind(stage),
    adopt: async (file, name, ...rest) => {
      if (name.startsWith('edw_fails'))
        throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO', syscall: 'write' });
      return stage.adopt(file, name, ...rest);
    },
  };
  const from = folderStore(world.delivered);
  for (let run = 1; run <= 5; run += 1) {
    const { troubled } = await ingest({ ...world, stage: broken }, from);
    expect(troubled.map(({ dataset }) => dataset)).toEqual(['edw_fails']);
    const status = await stateOf(world, 'edw_fails');
    expect(status).toMatchObject({ failures: run, state: run < 5 ? 'failing' : 'held' });
    if (run < 5) expect(status?.nextTry?.getTime()).toBeGreaterThan(Date.now());
    expect((await stateOf(world, 'edw_fine'))?.state).toBe('live');
  }
  // Mended, but held: nothing is tried, and its objects are registered all the same.
  await new Delivery(world.delivered, 'EDW.FAILS', COLUMNS).changes('20260102-000000000', []);
  expect((await ingest(world, from)).troubled).toEqual([]);
  const held = await stateOf(world, 'edw_fails');
  expect(held).toMatchObject({ state: 'held', rows: 0, hold: { kind: 'failures', why: 'EIO: i/o error, write' } });
  expect(held?.reason).toMatch(/5 runs in a row failed.*EIO.*farelake table release EDW\.FAILS/);
  expect(Object.values(held?.loads ?? {}).reduce((sum, n) => sum + n, 0)).toBe(3);

  expect((await releaseTable(world, 'edw_fails')).released).toMatch(/^the table, held since/);
  expect((await releaseTable(world, 'edw_fails')).released).toBeUndefined();
  expect((await ingest(world, from)).troubled).toEqual([]);
  expect(await stateOf(world, 'edw_fails')).toMatchObject({
    state: 'live',
    rows: 3,
    failures: 0,
    nextTry: null,
    hold: null,
  });
}, 120_000);

it('an outage of the store or a full disk fails every run and holds no table; when it is over, all goes on', async () => {
  const world = await openWorld(undefined, { patience: IMPATIENT });
  for (const table of ['EDW.A', 'EDW.B']) await deliver(world, table);
  const { stage } = world;
  const from = folderStore(world.delivered);
  const outages: readonly Error[] = [
    new UserError({ code: 'store-unreachable', problem: 'The store does not answer.', remedy: 'Wait.' }),
    new UserError({ code: 'bad-credentials', problem: 'The keys are wrong.', remedy: 'Right ones.' }),
    Object.assign(new Error('ENOSPC: no space left, write'), { code: 'ENOSPC', syscall: 'write' }),
  ];
  for (let run = 0; run < 6; run += 1) {
    const outage = outages[run % outages.length]!;
    const away: typeof stage = { ...stage, uriOf: stage.uriOf.bind(stage), adopt: () => Promise.reject(outage) };
    const { troubled } = await ingest({ ...world, stage: away }, from);
    expect(troubled.map(({ dataset }) => dataset)).toEqual(['edw_a', 'edw_b']);
    for (const status of await world.status()) {
      expect(status).toMatchObject({ state: 'failing', failures: 0, hold: null });
      expect(status.reason).toContain(outage.message);
      expect(status.nextTry?.getTime()).toBeGreaterThan(Date.now());
    }
  }
  expect((await ingest(world, from)).troubled).toEqual([]);
  for (const status of await world.status())
    expect(status).toMatchObject({ state: 'live', reason: null, nextTry: null });
}, 120_000);

it('trouble that passes within a run is no failure of it', async () => {
  const world = await openWorld(undefined, { patience: { ...IMPATIENT, retries: 3 } });
  await deliver(world, 'EDW.T');
  const { stage } = world;
  let faults = 0;
  const flaky: typeof stage = {
    ...stage,
    uriOf: stage.uriOf.bind(stage),
    adopt: (file, name, ...rest) => {
      faults += 1;
      return faults <= 3
        ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
        : stage.adopt(file, name, ...rest);
    },
  };
  const done = await ingest({ ...world, stage: flaky }, folderStore(world.delivered));
  expect(done.troubled).toEqual([]);
  expect(done.tables).toMatchObject([{ dataset: 'edw_t', loaded: 2, rowsLoaded: 3, applied: 2 }]);
  expect(await stateOf(world, 'edw_t')).toMatchObject({ state: 'live', failures: 0, rows: 3 });
}, 60_000);
