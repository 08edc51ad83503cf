/**
 * Proves by some thousand random deliveries that planning ends with the snapshots as they were written, in whatever order and
 * in whatever parts their files came. What happens between two plans (loading, folding, showing) is a model of a few lines
 * here; the pipeline itself is tried in generations.property.test.ts.
 */
import fc from 'fast-check';
import { missingPlaces, parseDfm, parseObjectKey, type Dfm, type Generation } from '@farelake/qlik';
import { contractFromColumns } from '@farelake/schema-registry';
import { planLoads, type KnownGeneration, type LoadPlan, type PlannedLoad } from '../../src/plan/plan-loads.ts';
import { runs } from '../../../../jest.property.ts';

const COLUMNS = [{ ordinal: 1, name: 'ID', type: 'INT4', length: 0, precision: 0, scale: 0, primaryKeyPos: 1 }];
const contract = contractFromColumns({ feed: 'qlik', source: { schema: 'EDW', table: 'X' }, columns: COLUMNS });

interface Told {
  readonly snapshot: number;
  /** File stem. */
  readonly stem: string;
  readonly minute: number;
}

const timeOf = ({ snapshot, minute }: Told) => `2026-0${snapshot + 1}-01T00:${String(minute).padStart(2, '0')}:00`;

function dfmOf(told: Told): Dfm {
  const text = JSON.stringify({
    fileInfo: { recordCount: 1, startWriteTimestamp: timeOf(told), endWriteTimestamp: '' },
    formatInfo: { options: { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' } },
    dataInfo: { sourceSchema: 'EDW', sourceTable: 'X', columns: COLUMNS },
  });
  return parseDfm(text, `${told.stem}.dfm`);
}

/** One table, as far as planning sees it. */
class Table {
  readonly loads: PlannedLoad[] = [];
  readonly told = new Map<number, Told>();
  readonly known = new Map<string, KnownGeneration & { shownLast: number }>();
  private clock = 0;

  deliver(told: Told): void {
    const id = this.loads.length + 1;
    const objectKey = `EDW.X/${told.stem}.csv.gz`;
    const load = { id, object: parseObjectKey(objectKey)!, objectKey, contentHash: `h${id}`, seen: id };
    const facts = { waitingFor: null, everLoaded: false, fileTime: null, endWrite: null, generation: null };
    const dfm = { objectId: 1000 + id, parsed: dfmOf(told) };
    this.loads.push({ ...load, ...facts, state: 'registered', dfmObjectId: null, dfm });
    this.told.set(id, told);
  }

  plan = (): LoadPlan => planLoads(contract, this.loads, [...this.known.values()]);

  /** Plans, loads what is ready, shows what is whole. */
  ingest(): void {
    for (const [id, verdict] of this.plan().verdicts) {
      const { generation = null, fileTime = null } = verdict.facts;
      if (verdict.event === 'supersede') this.change(id, { state: 'superseded', generation, fileTime });
      if (verdict.event === 'prepare')
        this.change(id, { state: 'loaded', everLoaded: true, generation, fileTime, dfm: null });
    }
    this.settle();
    const { live, generations } = this.plan();
    if (live !== undefined) this.apply(live);
    else this.show(generations.find(isWhole));
    for (let again = true; again;) {
      this.settle();
      const plan = this.plan();
      const newer = plan.live === undefined ? [] : plan.generations.slice(plan.generations.indexOf(plan.live) + 1);
      const next = newer.find((one) => isWhole(one) && this.known.get(one.name)?.state === 'building');
      this.show(next);
      again = next !== undefined;
    }
  }

  /** Back to the one that was shown before. @returns whether there is one */
  rollBack(): boolean {
    this.settle();
    const before = [...this.known.values()]
      .filter(({ state }) => state === 'retired')
      .sort((a, b) => b.shownLast - a.shownLast)[0];
    const to = this.plan().generations.find(({ name }) => name === before?.name);
    if (to === undefined) return false;
    this.show(to, 'rejected');
    this.settle();
    return true;
  }

  /** What the table shows. */
  shown(): { start: string | null; files: Told[] } | undefined {
    const { live } = this.plan();
    return live === undefined ? undefined : { start: live.start, files: this.toldOf(live) };
  }

  toldOf = ({ files }: Generation): Told[] => files.map(({ loadId }) => this.told.get(loadId)!);

  private change(id: number, changes: Partial<PlannedLoad>): void {
    this.loads[id - 1] = { ...this.loads[id - 1]!, ...changes };
  }

  private settle(): void {
    const { generations, outdated } = this.plan();
    for (const { name, start, files } of generations) {
      const fresh = { name, start, state: 'building' as const, core: new Set<number>(), shownLast: 0 };
      const before = this.known.get(name) ?? fresh;
      const state = outdated.has(name) ? 'superseded' : before.state;
      this.known.set(name, { ...before, start, state });
      for (const { loadId } of files)
        if (outdated.has(name)) this.change(loadId, { state: 'superseded', generation: name });
        else if (this.loads[loadId - 1]!.everLoaded) this.change(loadId, { generation: name });
    }
  }

  private apply({ name, files }: Generation): void {
    const record = this.known.get(name)!;
    const ids = new Set(files.map(({ loadId }) => loadId));
    if (record.core.size === 0) {
      for (const [other, { core, ...rest }] of this.known)
        this.known.set(other, { ...rest, core: new Set(core).difference(ids) });
      this.known.set(name, { ...record, core: ids });
    }
  }

  private show(next: Generation | undefined, leaving: 'retired' | 'rejected' = 'retired'): void {
    if (next === undefined) return;
    this.apply(next);
    this.clock += 1;
    for (const [name, record] of this.known)
      if (record.state === 'live') this.known.set(name, { ...record, state: leaving, shownLast: this.clock });
    this.known.set(next.name, { ...this.known.get(next.name)!, state: 'live' });
  }
}

const isWhole = ({ files }: Generation): boolean => missingPlaces(files).length === 0;

const one = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 })
  .map((counts) =>
    counts.flatMap((count, snapshot) =>
      Array.from({ length: count }, (_, n): Told => ({ snapshot, stem: `LOAD0000000${n + 1}`, minute: n + 1 })),
    ),
  );
/** Two segments, written side by side: the second begins in the second minute, as the first begins its second file. */
const parallel = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), { minLength: 2, maxLength: 3 })
  .map((all) =>
    all.flatMap((counts, snapshot) =>
      counts.flatMap((count, segment) =>
        Array.from({ length: count }, (_, n): Told => {
          return { snapshot, stem: `LOAD_${segment + 1}_0000000${n + 1}`, minute: 1 + 2 * n + segment };
        }),
      ),
    ),
  );
/** All files in some order, and where they are cut into parts. */
const deliveriesOf = (snapshots: fc.Arbitrary<Told[]>) =>
  snapshots.chain((files) =>
    fc.tuple(
      fc.shuffledSubarray(files, { minLength: files.length }),
      fc.array(fc.nat(files.length), { minLength: 0, maxLength: 6 }),
    ),
  );

const RUNS = runs(1500);

it.each([
  ['of one segment', one],
  ['of two segments', parallel],
])(`snapshots %s end as they were written, on ${RUNS.numRuns} random deliveries`, (_, snapshots) => {
  fc.assert(
    fc.property(deliveriesOf(snapshots), ([order, cuts]) => {
      const table = new Table();
      const edges = [...new Set([0, ...cuts, order.length])].sort((a, b) => a - b);
      for (const [index, edge] of edges.slice(1).entries()) {
        for (const told of order.slice(edges[index], edge)) table.deliver(told);
        table.ingest();
      }
      const written = (snapshot: number) => ({
        start: expect.stringContaining(timeOf({ snapshot, minute: 1, stem: '' })) as string,
        files: order.filter((told) => told.snapshot === snapshot).sort((a, b) => a.minute - b.minute),
      });
      const newest = Math.max(...order.map(({ snapshot }) => snapshot));
      expect(table.shown()).toEqual(written(newest));
      while (table.rollBack()) {
        const shown = table.shown()!;
        expect(shown).toEqual(written(shown.files[0]?.snapshot ?? -1));
        expect(shown.files[0]!.snapshot).toBeLessThan(newest);
      }
    }),
    RUNS,
  );
});
