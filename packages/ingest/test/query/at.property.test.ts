/**
 * Proves that every version that a table ever showed can be queried again and gives the rows that it gave then, history without
 * redelivered rows included: snapshots and changes in any order and any parts, with rollbacks and replays in between.
 */
import fc from 'fast-check';
import { runs } from '../../../../jest.property.ts';
import { rollBack, sendBack } from '../../src/index.ts';
import { expectAsItStood, remember, type Remembered } from '../support/as-it-stood.ts';
import { Delivery, seq } from '../support/delivery.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

const RUNS = runs(8);

afterAll(closeWorlds, 120_000);

const COLUMNS = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'S', type: 'STRING' },
];

type Step =
  | { readonly kind: 'snapshot'; readonly month: number; readonly counter: number; readonly keys: readonly number[] }
  | {
      readonly kind: 'changes';
      readonly month: number;
      readonly day: number;
      readonly events: readonly { readonly oper: string; readonly id: number; readonly seq: number }[];
    }
  | { readonly kind: 'rollback' | 'replay' };

const month = fc.integer({ min: 1, max: 3 });
const snapshot = fc.record({
  kind: fc.constant('snapshot' as const),
  month,
  counter: fc.integer({ min: 1, max: 2 }),
  // Not unique over the files of a snapshot: one of two rows shows, the last.
  keys: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
});
const changes = fc.record({
  kind: fc.constant('changes' as const),
  month,
  day: fc.integer({ min: 2, max: 28 }),
  // Few sequences, so that files tell of the same events and some come late.
  events: fc.array(
    fc.record({
      oper: fc.constantFrom('I', 'U', 'D'),
      id: fc.integer({ min: 1, max: 6 }),
      seq: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});
const other = fc.record({ kind: fc.constantFrom('rollback' as const, 'replay' as const) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: snapshot, weight: 3 },
  { arbitrary: changes, weight: 4 },
  { arbitrary: other, weight: 2 },
);
/** Each inner list is delivered before the next ingest. */
const stories = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 6 });

async function take(world: World, one: Step, n: number): Promise<void> {
  if (one.kind === 'snapshot') {
    const delivery = new Delivery(`${world.delivered}/${one.month}`, 'EDW.X', COLUMNS);
    const rows = one.keys.map((id) => [String(id), `of ${n}`]);
    const start = `2026-0${one.month}-01T00:0${one.counter}:00`;
    await delivery.snapshot(`LOAD0000000${one.counter}`, rows, { start });
  } else if (one.kind === 'changes') {
    const delivery = new Delivery(world.delivered, 'EDW.X', COLUMNS);
    const date = `2026-0${one.month}-${String(one.day).padStart(2, '0')}`;
    const rows = one.events.map((event) => ({
      seq: seq(event.seq),
      oper: event.oper,
      row: [String(event.id), event.oper === 'D' ? null : `change ${n}`],
    }));
    const stem = `${date.replaceAll('-', '')}-0000000${String(n).padStart(2, '0')}`;
    await delivery.changes(stem, rows, { end: `${date}T00:00:00` });
  } else if (one.kind === 'rollback') {
    const contract = world.contracts.get('edw_x')!;
    await rollBack({ workspace: world, contract, by: 'anna@host' }).catch(refusedOnly);
  } else await replayOne(world, n);
}

/** There may be nothing to go back to. */
function refusedOnly(error: unknown): void {
  expect(error).toMatchObject({ name: 'UserError' });
}

async function replayOne(world: World, n: number): Promise<void> {
  const { rows } = await world.pool.query<{ id: number }>('SELECT load_id AS id FROM ledger.receipts ORDER BY 1');
  const load = rows[n % Math.max(1, rows.length)];
  if (load === undefined) return;
  await sendBack(world, { loadIds: [load.id] });
}

it(`gives each version again, on ${RUNS.numRuns} random stories`, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const world = await openWorld();
      await new Delivery(`${world.folder}/draft`, 'EDW.X', COLUMNS).snapshot('LOAD1', []);
      const drafted = await world.addTable('EDW.X', { from: `${world.folder}/draft`, segmentRows: 2 });
      world.contracts.set('edw_x', { ...drafted, generations: { maxShrink: 1 } });
      const tables = ['edw_x', 'edw_x_history'];
      const all: Remembered[] = [await remember(world, tables)];
      let n = 0;
      for (const steps of story) {
        for (const one of steps) {
          n += 1;
          await take(world, one, n);
        }
        await world.ingest();
        all.push(await remember(world, tables));
      }
      await expectAsItStood(world, all);
      await closeWorlds();
    }),
    { ...RUNS, endOnFailure: true },
  );
}, 900_000);
