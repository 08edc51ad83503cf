/** Proves that a held table is left alone and says so, and that releasing it lets it go on. */
import path from 'node:path';
import { openPool } from '@farelake/db';
import { closeHomes, openHome, REPOSITORY } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');
const REGISTRY = { FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') };

afterAll(closeHomes, 60_000);

interface Status {
  readonly state: string;
  readonly reason: string | null;
  readonly loads: Record<string, number>;
  readonly hold: { readonly kind: string; readonly why: string; readonly by: string } | null;
  readonly failures: number;
}

it('hold: what is delivered is registered and waits; release: it goes on; both are kept with who and why', async () => {
  const home = await openHome(REGISTRY);
  const status = async () => {
    const { out } = await home.run('status', '--table', 'EDW.CARD', '--json');
    return (JSON.parse(out) as Status[])[0];
  };
  const held = await home.run('table', 'hold', 'EDW.CARD', '--why', 'vendor is asked');
  expect(held).toMatchObject({ code: 0, err: '' });
  expect(held.out).toMatch(
    /^edw_card is held by \S+@\S+ since \S+ \S+ UTC: vendor is asked\. .*table release EDW\.CARD$/m,
  );

  const told = await home.run('table', 'hold', 'edw_card', '--json');
  expect({ ...told, out: JSON.parse(told.out) as unknown }).toMatchObject({
    code: 1,
    out: {
      table: 'edw_card',
      placed: false,
      hold: { kind: 'hand', why: 'vendor is asked', by: expect.any(String) as string },
    },
  });
  const again = await home.run('table', 'hold', 'edw_card', '--why', 'another reason');
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toMatch(/vendor is asked already/);

  const ingested = await home.run('ingest', FEED);
  expect(ingested.code).toBe(1);
  expect(ingested.out).toMatch(
    /held: edw_card: held by .*: vendor is asked\. To let it go on: farelake table release EDW\.CARD/,
  );
  const before = await status();
  expect(before).toMatchObject({ state: 'held', failures: 0, hold: { kind: 'hand', why: 'vendor is asked' } });
  expect(Object.keys(before?.loads ?? {})).toEqual(['registered']);

  const released = await home.run('table', 'release', 'EDW.CARD');
  expect(released).toMatchObject({ code: 0, err: '' });
  expect(released.out).toMatch(/^Released of edw_card: the table, held by/);
  expect(await home.run('table', 'release', 'EDW.CARD')).toMatchObject({ code: 1, out: '' });
  expect(await home.run('table', 'release', 'EDW.CARD', '--json')).toMatchObject({
    code: 1,
    out: '{"table":"edw_card","released":null,"stillHeld":[]}\n',
  });
  expect(await home.run('ingest', FEED)).toMatchObject({ code: 0 });
  expect(await status()).toMatchObject({ state: 'live', reason: null, hold: null });

  const pool = openPool(home.databaseUrl, { max: 1 });
  const { rows } = await pool.query<Record<string, string>>('SELECT kind, why, held_by, released_by FROM ledger.holds');
  await pool.end();
  expect(rows).toEqual([
    { kind: 'hand', why: 'vendor is asked', held_by: before?.hold?.by, released_by: before?.hold?.by },
  ]);
  expect(await home.run('table', 'hold', 'EDW.NOTHING')).toMatchObject({ code: 2 });
}, 120_000);
