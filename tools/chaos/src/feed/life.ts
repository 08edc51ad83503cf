/**
 * The life of one table as its source would tell it: snapshots, and change files with inserts, updates, deletes, moves of rows
 * to other keys, and truncations. Small, and the same for the same seed.
 */
import { Delivery, seq, type Cell, type Change } from '../../../../packages/ingest/test/support/delivery.ts';
import type { Random } from '../random.ts';

const COLUMNS = [
  { name: 'ID', type: 'INT8', key: 1 },
  { name: 'NAME', type: 'STRING' },
  { name: 'AMOUNT', type: 'NUMERIC', precision: 12, scale: 2 },
  { name: 'AT', type: 'DATETIME' },
];
/** Of the change table: four header columns first, then ID. */
const MASKS = { NAME: '20', AMOUNT: '40' };
const EPOCH = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

type Row = readonly [Cell, Cell, Cell, Cell];

export interface ChangeOptions {
  /** Minutes after the beginning at which the file was closed; its name says so. */
  readonly at: number;
  readonly events: number;
  /** Rows with an amount that is none, which only their own lines tell. */
  readonly misfits?: number;
  readonly truncate?: boolean;
  /** Changes the file's bytes before they are written. */
  readonly spoil?: (gz: Buffer) => Buffer;
}

export class Life {
  readonly #random: Random;
  readonly #table: string;
  readonly #rows = new Map<number, Row>();
  #nextId = 1;
  #nextSeq = 1;

  constructor(random: Random, table: string, rows: number) {
    this.#random = random.of(table);
    this.#table = table;
    for (let n = 0; n < rows; n += 1) this.#insert();
  }

  /** @param at minutes after the beginning at which it was read; its files are told apart by that */
  async snapshot(
    folder: string,
    { at, files, misfits = 0 }: { at: number; files: number; misfits?: number },
  ): Promise<void> {
    const rows = [...this.#rows.values()].map((row, index): Row =>
      index < misfits ? [row[0], row[1], 'x', row[3]] : row,
    );
    for (let n = 0; n < files; n += 1) {
      const part = rows.filter((_, index) => index % files === n);
      const start = instant(at * MINUTE + n * 1000);
      await this.#delivery(folder).snapshot(`LOAD${String(n + 1).padStart(8, '0')}`, part, {
        start,
        end: instant(at * MINUTE + n * 1000 + 500),
      });
    }
  }

  /** @returns its change file's stem */
  async changes(folder: string, options: ChangeOptions): Promise<string> {
    const { at, events, misfits = 0, truncate = false, spoil } = options;
    const changes: Change[] = truncate ? [this.#truncate()] : [];
    while (changes.length < events) changes.push(...this.#change());
    for (let n = 0; n < misfits; n += 1) changes.push(this.#misfit());
    const stem = instant(at * MINUTE)
      .replaceAll(/[-:.]/g, '')
      .replace('T', '-')
      .slice(0, 18);
    await this.#delivery(folder).changes(stem, changes, {
      start: instant(at * MINUTE),
      end: instant(at * MINUTE + 30_000),
      ...(spoil === undefined ? {} : { spoil }),
    });
    return stem;
  }

  /** The source loses some of its rows without a word of it: what a new snapshot then shows. */
  shrink(share: number): void {
    for (const id of [...this.#rows.keys()]) if (this.#random.chance(share)) this.#rows.delete(id);
  }

  #delivery = (folder: string) => new Delivery(folder, this.#table, COLUMNS);

  #row(id: number): Row {
    const random = this.#random;
    const amount = random.chance(0.1) ? null : `${random.below(10_000)}.${String(random.below(100)).padStart(2, '0')}`;
    const name = random.chance(0.1) ? null : random.chance(0.05) ? `two\nlines ${id}` : `name ${random.below(1000)}`;
    return [
      String(id),
      name,
      amount,
      `2026-01-01 00:${String(random.below(60)).padStart(2, '0')}:00.${random.below(1e6)}`,
    ];
  }

  #insert(): Row {
    const id = this.#nextId;
    this.#nextId += 1;
    const row = this.#row(id);
    this.#rows.set(id, row);
    return row;
  }

  #event(oper: string, row: Row, more: Partial<Change> = {}): Change {
    const n = this.#nextSeq;
    this.#nextSeq += 1;
    return { seq: seq(n), oper, row, time: instant(n * 1000).replace('T', ' '), ...more };
  }

  #change(): Change[] {
    const ids = [...this.#rows.keys()];
    const kind = ids.length === 0 ? 0 : this.#random.below(10);
    if (kind < 3) return [this.#event('I', this.#insert())];
    const id = this.#random.oneOf(ids);
    const before = this.#rows.get(id);
    if (before === undefined) throw new Error('a row that is not there');
    if (kind === 3) {
      this.#rows.delete(id);
      return [this.#event('D', before)];
    }
    return kind === 4 ? this.#move(id, before) : [this.#update(id, before)];
  }

  #update(id: number, before: Row): Change {
    const fresh = this.#row(id);
    const amountOnly = this.#random.chance(0.5);
    const after: Row = amountOnly
      ? [before[0], before[1], fresh[2], before[3]]
      : [before[0], fresh[1], before[2], before[3]];
    this.#rows.set(id, after);
    return this.#event('U', after, { mask: amountOnly ? MASKS.AMOUNT : MASKS.NAME });
  }

  /** Under one sequence the row before and the row at its new key. */
  #move(id: number, before: Row): Change[] {
    const target = this.#nextId;
    this.#nextId += 1;
    const after: Row = [String(target), before[1], before[2], before[3]];
    this.#rows.delete(id);
    this.#rows.set(target, after);
    const b = this.#event('B', before);
    return [b, { ...b, oper: 'U', row: after, mask: '10' }];
  }

  #misfit(): Change {
    const [id, name, , at] = this.#insert();
    return this.#event('I', [id, name, 'ninety', at]);
  }

  #truncate(): Change {
    this.#rows.clear();
    return this.#event('T', [null, null, null, null]);
  }
}

/** @param after milliseconds since the beginning */
const instant = (after: number): string => new Date(EPOCH + after).toISOString().replace('Z', '');
