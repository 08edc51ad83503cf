/** Proves that a contract that cannot be used, or that is gone, is a matter of its own table and of no other. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, REPOSITORY, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

afterAll(closeHomes, 60_000);

interface Status {
  readonly table: string;
  readonly state: string;
  readonly reason: string | null;
  readonly contract: string;
  readonly rows: number;
  readonly version: number;
  readonly loads: Record<string, number>;
}

/** A home with a registry of its own. */
async function homeWithRegistry(): Promise<{ home: Home; contractOf: (dataset: string) => string }> {
  const home = await openHome();
  const registry = home.variables['FARELAKE_REGISTRY']!;
  await cp(path.join(REPOSITORY, 'packages/schema-registry/registry'), registry, { recursive: true });
  return { home, contractOf: (dataset) => path.join(registry, 'qlik', `${dataset}.json`) };
}

const statusOf = async (home: Home, table: string): Promise<Status | undefined> => {
  const { out } = await home.run('status', '--json');
  return (JSON.parse(out) as Status[]).find((one) => one.table === table);
};

const FAULT = /qlik\/edw_card\.json \$\.feed: not JSON at line 1/;

it('a contract that cannot be used holds its own table from its first day; mended, all of it goes on', async () => {
  const { home, contractOf } = await homeWithRegistry();
  const right = await readFile(contractOf('edw_card'), 'utf8');
  await writeFile(contractOf('edw_card'), '{ "feed": ');

  const ingested = await home.run('ingest', FEED);
  expect(ingested.code).toBe(1);
  expect(ingested.err).toMatch(FAULT);
  expect(ingested.out).toMatch(
    /^held: edw_card: its contract qlik\/edw_card\.json cannot be used: \$\.feed: not JSON/m,
  );
  expect(ingested.out).toMatch(/^edw_product +live/m);
  expect(await statusOf(home, 'edw_card')).toMatchObject({ state: 'held', contract: 'faulty', rows: 0, version: 0 });
  expect(Object.keys((await statusOf(home, 'edw_card'))!.loads)).toEqual(['registered']);

  // Others need not know.
  const query = await home.run('query', 'SELECT count(*) > 0 AS there FROM edw_product', '--format', 'json');
  expect(query).toMatchObject({ code: 0, out: '[{"there":true}]\n' });
  expect((await home.run('ingest', FEED, '--table', 'EDW.PRODUCT')).code).toBe(0);
  expect((await home.run('verify', '--table', 'EDW.PRODUCT')).code).toBe(0);
  expect((await home.run('audit')).out).toMatch(/objects/);
  expect((await home.run('status', '--table', 'EDW.CARD')).out).toMatch(/held: edw_card: its contract/);

  // What names it says why not.
  for (const command of [
    ['ingest', FEED, '--table', 'EDW.CARD'],
    ['verify', '--table', 'edw_card'],
    ['query', 'SELECT * FROM edw_card'],
    ['query', 'SELECT * FROM edw_card_history'],
  ]) {
    const { code, err, out } = await home.run(...command);
    expect([command[0], code, out]).toEqual([command[0], 1, '']);
    expect(err).toMatch(/edw_card\.json cannot be used: \$\.feed: not JSON/);
  }
  // What asks for the registry as a whole wants it whole.
  expect((await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).err).toMatch(
    /The registry has 1 fault/,
  );

  await writeFile(contractOf('edw_card'), right);
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0, err: '' });
  expect(await statusOf(home, 'edw_card')).toMatchObject({ state: 'live', contract: 'there' });
}, 240_000);

it("a table that was loaded keeps its rows under a faulty contract, and under none; a copy of another is in nobody's way", async () => {
  const { home, contractOf } = await homeWithRegistry();
  expect((await home.run('ingest', FEED)).code).toBe(0);
  const before = (await statusOf(home, 'edw_card'))!;
  expect(before.rows).toBeGreaterThan(0);
  const kept = { rows: before.rows, version: before.version, loads: before.loads };
  const right = await readFile(contractOf('edw_card'), 'utf8');

  await cp(contractOf('edw_product'), contractOf('edw_card'));
  expect((await home.run('ingest', FEED)).code).toBe(1);
  expect(await statusOf(home, 'edw_card')).toMatchObject({ ...kept, state: 'held', contract: 'faulty' });
  expect(await statusOf(home, 'edw_product')).toMatchObject({ state: 'live', contract: 'there' });

  await rm(contractOf('edw_card'));
  const ingested = await home.run('ingest', FEED);
  expect(ingested).toMatchObject({ code: 1, err: '' });
  expect(ingested.out).toMatch(/^waiting: edw_card: its contract is gone: .*put its file back/m);
  expect(await statusOf(home, 'edw_card')).toMatchObject({ ...kept, state: 'waiting', contract: 'gone' });
  expect((await home.run('query', 'SELECT * FROM edw_card')).err).toMatch(
    /edw_card cannot be queried: its contract is gone/,
  );
  const held = await home.run('table', 'hold', 'EDW.CARD');
  expect(held).toMatchObject({ code: 0, err: '' });
  expect((await statusOf(home, 'edw_card'))!.state).toBe('held');
  expect((await home.run('table', 'release', 'edw_card')).code).toBe(0);

  await writeFile(contractOf('edw_card'), right);
  expect((await home.run('ingest', FEED)).code).toBe(0);
  expect(await statusOf(home, 'edw_card')).toEqual(before);
}, 240_000);
