/** The tables of one story, and the work that each step of it stands for. */
import { expect } from '@jest/globals';
import { ingest, maintain, repairTable, rollBack, sendBack, landDelivery } from '@farelake/ingest';
import { folderStore } from '@farelake/lake';
import { historyName, type Contract, type ContractColumn } from '@farelake/schema-registry';
import { dropSegment, segmentsOf } from '../../../../../packages/ingest/test/support/damage.ts';
import { deliverDataset, setContract } from '../../../../../packages/ingest/test/support/datasets.ts';
import {
  Delivery,
  seq,
  type Cell,
  type Change,
  type Column,
} from '../../../../../packages/ingest/test/support/delivery.ts';
import type { World } from '../../../../../packages/ingest/test/support/world.ts';
import { NOON, tap } from '../../../../../packages/ingest/test/taps/support/taps-world.ts';
import { tapsContract } from '../../../../../packages/schema-registry/test/taps-contract.ts';
import type { Step } from './story.ts';

const DAY = 86_400;

const COLUMNS: readonly Column[] = [
  { name: 'ID', type: 'INT4', key: 1 },
  { name: 'NOTE', type: 'STRING' },
  { name: 'AMOUNT', type: 'NUMERIC', precision: 8, scale: 2 },
  { name: 'AT', type: 'DATETIME' },
];

export class Tables {
  readonly #world: World;
  readonly #name: string;
  readonly #set: string;
  readonly #topic: string;
  #columns = COLUMNS;
  #step = 0;
  readonly #offsets = [0, 0];

  private constructor(world: World, number: number) {
    this.#world = world;
    this.#name = `EDW.S${number}`;
    this.#set = `set_${number}`;
    this.#topic = `topic_${number}`;
  }

  /** Contracts of its tables, which are empty yet. @param number of the story: no other has it */
  static async open(world: World, number: number): Promise<Tables> {
    const tables = new Tables(world, number);
    const drafts = `${world.folder}/draft`;
    await new Delivery(drafts, tables.#name, COLUMNS).snapshot('LOAD1', []);
    const drafted = await world.addTable(tables.#name, { from: drafts, segmentRows: 2 });
    world.contracts.set(drafted.dataset, { ...drafted, generations: { maxShrink: 1 } });
    const set = setContract(tables.#set, [{ name: 'n', type: 'bigint' }, { name: 'of' }]);
    world.contracts.set(set.dataset, set);
    const topic = tapsContract({ dataset: tables.#topic, source: { schema: 'kafka', table: tables.#topic } });
    world.contracts.set(topic.dataset, topic);
    return tables;
  }

  get names(): readonly string[] {
    return [this.#dataset, historyName(this.#dataset), `dmap_${this.#set}`, this.#topic];
  }

  get #dataset(): string {
    return this.#name.toLowerCase().replace('.', '_');
  }

  get #contract(): Contract {
    const contract = this.#world.contracts.get(this.#dataset);
    if (contract === undefined) throw new Error(`${this.#dataset} has no contract`);
    return contract;
  }

  async take(step: Step): Promise<void> {
    this.#step += 1;
    await age(this.#world);
    await this.#do(step);
    await this.#ingest();
  }

  async #do(step: Step): Promise<void> {
    if (step.kind === 'snapshot') await this.#snapshot(step.ids);
    else if ('events' in step) await this.#changes(step.events, step.kind === 'late');
    else if (step.kind === 'truncate') await this.#write([this.#event('T', null, 0, false)]);
    else if (step.kind === 'repair') await this.#repair(step.place);
    else if (step.kind === 'replay') await this.#replay(step.load);
    else if (step.kind === 'rollback') await this.#rollBack();
    else if (step.kind === 'dataset') await this.#deliver(step.datasetId, step.rows);
    else if (step.kind === 'taps') await this.#land(step.partition, step.days);
    else if (step.kind === 'maintain')
      await maintain(this.#world, { grace: 0, retention: (step.keep + 0.5) * DAY, tapGrace: 0, dryRun: false });
    else await this.#evolve(step.kind, step.id);
  }

  /** All that is delivered comes in, without trouble: a story that breaks off would prove nothing. */
  async #ingest(): Promise<void> {
    const { troubled } = await ingest(this.#world, folderStore(this.#world.delivered));
    expect(troubled).toEqual([]);
    expect(await this.#world.troubles()).toEqual([]);
  }

  #delivery = () => new Delivery(this.#world.delivered, this.#name, this.#columns);

  async #snapshot(ids: readonly number[]): Promise<void> {
    const rows = ids.map((id) => this.#row(id, 0));
    await new Delivery(`${this.#world.delivered}/${this.#step}`, this.#name, this.#columns).snapshot(
      'LOAD00000001',
      rows,
      {
        start: this.#time(0),
        end: this.#time(1),
      },
    );
  }

  #changes(events: readonly (readonly [oper: string, id: number])[], late: boolean): Promise<void> {
    return this.#write(events.map(([oper, id], n) => this.#event(oper, id, n, late)));
  }

  async #write(changes: readonly Change[]): Promise<void> {
    const stem = this.#time(0).replaceAll(/[-:]/g, '').replace('T', '-');
    await this.#delivery().changes(`${stem}000`, changes, { start: this.#time(0), end: this.#time(30) });
  }

  /** Sequences are given once: copies of an event would be one row of a history's view, and several of its files. */
  #event(oper: string, id: number | null, n: number, late: boolean): Change {
    const before = late ? Math.floor(this.#step / 2) : this.#step;
    const own = before * 10_000 + (late ? this.#step * 10 : 0) + n + 1;
    const row = id === null ? this.#columns.map(() => null) : this.#row(id, n);
    return { seq: seq(own), oper, row, time: this.#time(n).replace('T', ' ') };
  }

  #row(id: number, n: number): Cell[] {
    const at = this.#step * 10 + n;
    const values: Record<string, Cell> = {
      ID: String(id),
      NOTE: at % 7 === 0 ? null : `of step ${this.#step}, ${id} "é"`,
      AMOUNT: at % 5 === 0 ? null : `-${at}.${n}5`,
      AT: `2026-01-01 00:00:${String(at % 60).padStart(2, '0')}.00000${n}`,
    };
    return this.#columns.map(({ name }) => values[name] ?? (name === 'NEW' ? `new ${at}` : null));
  }

  /** Later with each step; by the second. */
  #time(seconds: number): string {
    return new Date(Date.UTC(2026, 0, 1, this.#step, 0, seconds)).toISOString().slice(0, 19);
  }

  async #repair(place: number): Promise<void> {
    const segments = await segmentsOf(this.#world, this.#dataset);
    if (segments.length < 2) return;
    await dropSegment(this.#world, this.#contract, place % segments.length);
    const order = { by: 'anna@host', why: 'a segment was lost' };
    const { versionAfter } = await repairTable(this.#world, { contract: this.#contract, keys: undefined }, order);
    expect(versionAfter).not.toBeNull();
  }

  async #replay(load: number): Promise<void> {
    const { rows } = await this.#world.pool.query<{ id: number }>(
      `SELECT r.load_id AS id FROM ledger.receipts r JOIN ledger.loads l ON l.id = r.load_id JOIN ledger.objects o ON o.id = l.object_id
       WHERE o.object_key LIKE '%/' || $1 || '%' ORDER BY 1`,
      [this.#name],
    );
    const chosen = rows[load % Math.max(1, rows.length)];
    if (chosen !== undefined) await sendBack(this.#world, { loadIds: [chosen.id] });
  }

  /** There may be nothing to go back to. */
  async #rollBack(): Promise<void> {
    await rollBack({ workspace: this.#world, contract: this.#contract, by: 'anna@host', why: 'a trial' }).catch(
      (error: unknown) => {
        expect(error).toMatchObject({ name: 'UserError' });
      },
    );
  }

  async #deliver(datasetId: string, rows: number): Promise<void> {
    const lines = Array.from({ length: rows }, (_, n) => `${this.#step * 10 + n},${datasetId} of step ${this.#step}`);
    const lastUpdated = `${this.#time(0)}.000000000`;
    await deliverDataset(this.#world.delivered, this.#set, {
      ...{ datasetId, lastUpdated, text: `${['n,of', ...lines].join('\n')}\n` },
    });
  }

  async #land(partition: number, days: readonly number[]): Promise<void> {
    const records = days.map((day) => {
      const offset = this.#offsets[partition] ?? 0;
      this.#offsets[partition] = offset + 1;
      return tap(offset, { partition, topic: this.#topic, timestamp: NOON + BigInt(day * DAY * 1000) });
    });
    await landDelivery(this.#world, { cluster: 'one', topicIds: new Map(), records });
  }

  async #evolve(kind: 'new column' | 'rename' | 'wider decimal', id: number): Promise<void> {
    const { columns, lastColumnId, version } = this.#contract;
    const changed = (change: (column: ContractColumn) => ContractColumn | ContractColumn[]) =>
      this.#world.contracts.set(this.#dataset, {
        ...this.#contract,
        version: version + 1,
        columns: columns.flatMap(change),
        lastColumnId: kind === 'new column' ? lastColumnId + 1 : lastColumnId,
      });
    if (kind === 'rename') changed((one) => (one.sourceName === 'NOTE' ? { ...one, name: 'remark' } : one));
    else if (kind === 'wider decimal')
      changed((one) => (one.sourceName === 'AMOUNT' ? { ...one, type: 'decimal(20,2)' } : one));
    else {
      this.#columns = [...this.#columns, { name: 'NEW', type: 'STRING' }];
      changed((one) =>
        one.id === lastColumnId
          ? [one, { ...one, id: lastColumnId + 1, name: 'new', sourceName: 'NEW', type: 'string' }]
          : one,
      );
    }
    // A contract is shown by the next commit.
    await this.#changes(
      [
        ['U', id],
        ['I', id + 20],
      ],
      false,
    );
  }
}

/** A day goes by, for what the ledger goes by. */
async function age({ pool }: World): Promise<void> {
  for (const [table, column] of [
    ['versions', 'committed_at'],
    ['attempts', 'started_at'],
    ['attempts', 'ended_at'],
    ['metadata_files', 'removed_at'],
    ['snapshots', 'expired_at'],
  ] as const)
    await pool.query(`UPDATE ledger.${table} SET ${column} = ${column} - interval '1 day'`);
}
