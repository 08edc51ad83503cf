/**
 * Proves that a table has the rows of the newest issue of each dataset and no others, whatever is issued in whatever order, is
 * delivered together, sent back, or breaks off on the way; and that it shows whole issues at any time.
 */
import fc from 'fast-check';
import { folderStore } from '@farelake/lake';
import { runs } from '../../../../jest.property.ts';
import { audit, ingest, sendBack } from '../../src/index.ts';
import { deliverDataset, setContract } from '../support/datasets.ts';
import { closeWorlds, openWorld, type World } from '../support/world.ts';

afterAll(closeWorlds, 120_000);

const TABLE = 'dmap_agg_trips';
const contract = setContract('agg_trips', [{ name: 'n', type: 'bigint' }]);

interface Issue {
  readonly datasetId: string;
  readonly lastUpdated: string;
  readonly day: string;
  readonly rows: number;
}

type Step =
  | { readonly kind: 'issue'; readonly issue: Issue }
  /** @property breaksAt writing of this file to stage fails; 0: none does */
  | { readonly kind: 'ingest'; readonly breaksAt: number }
  | { readonly kind: 'replay' };

const issue = fc.record({
  datasetId: fc.constantFrom('a', 'b', 'B', 'ü/1'),
  lastUpdated: fc.integer({ min: 1, max: 5 }).map((day) => `2026-01-0${day}T00:00:00.000000000`),
  day: fc.constantFrom('2026-01-01', '2026-01-02'),
  rows: fc.integer({ min: 0, max: 3 }),
});
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('issue' as const), issue }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('ingest' as const), breaksAt: fc.integer({ min: 0, max: 3 }) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'replay' as const }) },
  ),
  { minLength: 3, maxLength: 14 },
);

/** What was delivered, in the order in which it counts; a result has one content. */
class Model {
  readonly #registered: { issue: Issue; first: number }[] = [];
  #delivered: { issue: Issue; first: number }[] = [];
  #next = 1;

  /** @returns number of its first row; undefined: the result is there already */
  deliver(issue: Issue): number | undefined {
    const same = ({ issue: one }: { issue: Issue }) =>
      one.datasetId === issue.datasetId && one.lastUpdated === issue.lastUpdated && one.day === issue.day;
    if ([...this.#registered, ...this.#delivered].some(same)) return undefined;
    const first = this.#next;
    this.#next += issue.rows;
    this.#delivered.push({ issue, first });
    return first;
  }

  register(): void {
    const order = ({ issue: { lastUpdated, day } }: { issue: Issue }) => `${lastUpdated} ${day}`;
    this.#registered.push(...this.#delivered.sort((a, b) => (order(a) < order(b) ? -1 : 1)));
    this.#delivered = [];
  }

  newest(): string[] {
    const byId = new Map<string, { issue: Issue; first: number }>();
    for (const one of this.#registered) {
      const { issue } = byId.get(one.issue.datasetId) ?? {};
      if (issue === undefined || one.issue.lastUpdated >= issue.lastUpdated) byId.set(one.issue.datasetId, one);
    }
    return [...byId.values()].flatMap(rowsOf).sort();
  }

  /** By dataset id, the rows of each issue. */
  wholes(): Map<string, string[]> {
    const wholes = new Map<string, string[]>();
    for (const one of [...this.#registered, ...this.#delivered])
      wholes.set(one.issue.datasetId, [...(wholes.get(one.issue.datasetId) ?? []), rowsOf(one).join()]);
    return wholes;
  }
}

const rowsOf = ({ issue, first }: { issue: Issue; first: number }): string[] =>
  Array.from({ length: issue.rows }, (_, index) => `${issue.datasetId} ${issue.day} ${first + index}`);

async function shown(world: World): Promise<string[]> {
  const rows = await world.rows(
    `SELECT dataset_id || ' ' || _period_start || ' ' || n AS t FROM ${TABLE} ORDER BY _load_id, _line`,
  );
  return rows.map(({ t }) => String(t));
}

function expectWhole(rows: readonly string[], model: Model): void {
  for (const [id, own] of Map.groupBy(rows, (row) => row.split(' ')[0]))
    expect(model.wholes().get(id ?? '')).toContain(own.join());
}

/** Ends as a run does that is killed while it writes, but for the process. */
async function breaking(world: World, breaksAt: number): Promise<void> {
  let files = 0;
  const stop = new AbortController();
  const stage: World['stage'] = {
    ...world.stage,
    adopt: async (...given) => {
      files += 1;
      if (files === breaksAt) stop.abort(new Error('stopped'));
      stop.signal.throwIfAborted();
      return world.stage.adopt(...given);
    },
  };
  await ingest({ ...world, stage, signal: stop.signal }, folderStore(world.delivered)).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
}

async function run(plan: readonly Step[]): Promise<void> {
  const world = await openWorld();
  world.contracts.set(TABLE, contract);
  const model = new Model();
  for (const step of [...plan, { kind: 'ingest', breaksAt: 0 } as const]) {
    if (step.kind === 'issue') {
      const first = model.deliver(step.issue);
      if (first === undefined) continue;
      const { datasetId, lastUpdated, day, rows } = step.issue;
      const text = ['n', ...Array.from({ length: rows }, (_, index) => first + index), ''].join('\n');
      await deliverDataset(world.delivered, 'agg_trips', {
        datasetId,
        lastUpdated,
        startDate: day,
        endDate: day,
        text,
      });
    } else if (step.kind === 'replay') await sendBack(world, { datasets: [TABLE] });
    else {
      model.register();
      await breaking(world, step.breaksAt);
      expectWhole(await shown(world), model);
      if (step.breaksAt === 0) expect((await shown(world)).sort()).toEqual(model.newest());
    }
  }
  const [status] = await world.status();
  if (status?.version !== 0) expect(status).toMatchObject({ rows: model.newest().length });
  expect(['live', 'empty']).toContain(status?.state);
  expect((await audit(world, folderStore(world.delivered))).findings).toEqual([]);
}

test('the table is the newest issue of each dataset', async () => {
  await fc.assert(fc.asyncProperty(steps, run), runs(12));
}, 300_000);
