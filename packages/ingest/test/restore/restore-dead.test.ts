/** Proves that what a commit that died has left on stage, and what clears it away, never keeps a lost ledger from being restored. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectStore } from '@farelake/lake';
import { maintain } from '../../src/index.ts';
import { withTable } from '../../src/table/in-table.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { afterLoss, restoreAll } from '../support/lost.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 60_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

/** The table's second commit dies with all of its files on stage. */
async function died(): Promise<World> {
  const world = await openWorld();
  const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
  await delivery.snapshot('LOAD1', [['1', 'a']], { start: '2026-01-01T00:00:00' });
  await world.addTable('EDW.X');
  await world.ingest();
  await world.pool.query(
    `CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.table_name = 'edw_x' THEN RAISE 'killed'; END IF; RETURN NEW; END $$;
     CREATE TRIGGER refuse BEFORE UPDATE ON ledger.pointers FOR EACH ROW EXECUTE FUNCTION ledger.refuse()`,
  );
  await delivery.changes('20260102-000000000', [{ seq: seq(1), oper: 'I', row: ['2', 'b'] }], {
    end: '2026-03-01T00:00:00',
  });
  expect((await world.ingest()).troubled).toHaveLength(1);
  return world;
}

const stageOf = async ({ folder }: World): Promise<string[]> =>
  (await readdir(path.join(folder, 'stage/edw_x'), { recursive: true })).filter((file) => file.includes('.'));

const ALL = { grace: 0, retention: 1e9, dryRun: false };

it('maintenance that dies at any file of a dead commit leaves what can be restored', async () => {
  const world = await died();
  const versions: number[] = [];
  for (;;) {
    const { restored, leftOut } = await restoreAll(await afterLoss(world), { dryRun: true });
    expect(leftOut).toEqual([]);
    versions.push(restored[0]?.tables[0]?.version ?? 0);
    let removed = 0;
    const stage: ObjectStore = {
      ...world.stage,
      remove: async (file) => {
        removed += 1;
        if (removed > 1) throw new Error('killed');
        await world.stage.remove(file);
      },
    };
    const before = await stageOf(world);
    const killed = await maintain({ ...world, stage }, ALL).then(
      () => false,
      () => true,
    );
    expect(before.length - (await stageOf(world)).length).toBe(1);
    if (!killed) break;
  }
  // What looked like a commit went first; a manifest, its list, a journal and a segment after it.
  expect(versions).toEqual([2, 1, 1, 1, 1]);
});

it('what names the files of a dead commit stays while another process works on the table, and all of them with it', async () => {
  const world = await died();
  const before = await stageOf(world);
  const answers: (() => void)[] = [];
  // It is let go when the metadata was passed, before the other files are come to.
  let [lists, isFree] = [0, Promise.resolve()];
  const stage: ObjectStore = {
    ...world.stage,
    list: async function* (...given) {
      lists += 1;
      if (lists === 2) {
        for (const answer of answers) answer();
        await isFree;
      }
      yield* world.stage.list(...given);
    },
  };
  isFree = withTable(world, 'edw_x', () => new Promise<void>((resolve) => answers.push(resolve))).then(() => undefined);
  while (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  try {
    expect(await maintain({ ...world, stage }, ALL)).toMatchObject({ busy: ['edw_x'], dead: { files: 0 } });
  } finally {
    for (const answer of answers) answer();
    await isFree;
  }
  expect(await stageOf(world)).toEqual(before);
  expect(await maintain(world, ALL)).toMatchObject({ busy: [], dead: { files: 1 }, metadata: { files: 4 } });
});
