import { formatField } from '../csv.ts';
import { headerValue } from '../delivery.ts';
import { changeMask, maskLength } from '../mask.ts';
import { deriveSeed, seededRandom, type Random } from '../random.ts';
import type { Operation } from '../stream.ts';
import { folderOf, type TableShape, type Value } from '../table.ts';
import { DAY, sequenceTime } from '../time.ts';
import type { Plan } from './plan.ts';
import { FIRST_ORPHAN, type Kind, type Rows } from './recipe.ts';
import { rowStates, type RowStates } from './row-states.ts';
import type { Tally } from './tally.ts';

/**
 * The source database of one table after its snapshot: what happens to rows, and what replication writes about it. Of a
 * row nothing is kept but its revision and whether it is gone; the truth is told from these, never from what was written.
 */

/** One change, as one or two records that must not be parted. */
export interface Happening {
  readonly records: readonly string[];
  /** The commit on the source, an instant. */
  readonly at: number;
  readonly delivery: 'late' | 'again' | undefined;
}

export interface Operations {
  inserted: number;
  updated: number;
  deleted: number;
  moved: number;
  orphans: number;
}

export interface Life {
  readonly rows: Rows;
  readonly states: RowStates;
  readonly operations: Operations;
  /** Number of the next row that is made. */
  next: number;
  readonly happenings: () => Generator<Happening>;
}

interface Stamp {
  readonly at: number;
  readonly sequence: string;
  readonly transaction: string;
}

/** Updates of one statement share a change sequence: so many statements of a thousand touch several rows. */
const SHARED_PER_THOUSAND = 10;

/** Tries to find a row that is still there before a new one is made instead. */
const TRIES = 64;

/** Tries to find a row that is gone, so that it may come back under its key, before a new one is made instead. */
const GONE_TRIES = 2;

const NONE: ReadonlySet<number> = new Set();

/** Sequences that rise, over one day of changes. */
const clockOf = (random: Random, start: number, changes: number) => {
  let now = start;
  let counter = BigInt(random.int(1_000_000, 9_000_000));
  const between = DAY / Math.max(changes, 1);
  return (): Stamp => {
    now += between * (0.5 + random.next());
    counter += BigInt(random.int(1, 40));
    const at = Math.floor(now);
    return {
      at,
      sequence: sequenceTime(at) + String(counter).padStart(19, '0'),
      transaction: counter.toString(16).toUpperCase().padStart(16, '0'),
    };
  };
};

/** The ways in which a mask may be written: either case, trailing zero bytes there or left off. */
const masksOf = (table: TableShape) => {
  const known = new Map<Kind, readonly string[]>();
  const spellings = (kind: Kind): readonly string[] => {
    const mask = changeMask(table, kind.names);
    const padded = mask === '' ? mask : mask.padEnd(maskLength(table) * 2, '0');
    return [mask, padded, mask.toLowerCase(), padded.toLowerCase()];
  };
  return (kind: Kind, random: Random): string => {
    const list = known.get(kind) ?? spellings(kind);
    known.set(kind, list);
    return random.pick(list);
  };
};

/** Writes records: header columns, then what the image shows. */
const scribeOf = (rows: Rows, random: Random) => {
  const { table, key } = rows;
  const masked = table.headers.some(({ name }) => name === 'header__change_mask');
  const maskText = masksOf(table);
  const { fieldDelimiter } = table.options;
  const only = (values: readonly Value[], kind: Kind | undefined): Value[] =>
    values.map((value, at) => (key[at] === true || ((kind?.bits ?? 0) & (1 << at)) !== 0 ? value : null));
  const record = (stamp: Stamp, operation: Operation, image: readonly Value[], kind: Kind): string => {
    const change = { ...stamp, operation, mask: masked ? maskText(kind, random) : undefined };
    const head = table.headers.map(({ name }) => formatField(headerValue(name, change), table.options));
    return head.join(fieldDelimiter) + fieldDelimiter + rows.format(image);
  };
  const before = (values: readonly Value[]) => (table.beforeImage === 'full' ? values : only(values, undefined));
  return {
    insert: (stamp: Stamp, values: readonly Value[]) => [record(stamp, 'I', values, rows.all)],
    remove: (stamp: Stamp, values: readonly Value[]) => [record(stamp, 'D', before(values), rows.keyOnly)],
    update: (stamp: Stamp, old: () => readonly Value[], values: readonly Value[], kind: Kind) => {
      const whole = table.updateImage === 'full' || (masked && random.chance(0.5));
      const after = record(stamp, 'U', whole ? values : only(values, kind), kind);
      return table.beforeImage === 'none' ? [after] : [record(stamp, 'B', before(old()), rows.all), after];
    },
  };
};

/** A number of a row that is not gone, by the plan's skew; undefined where none is found soon. */
const pickRow = (life: Life, { skew }: Plan, random: Random, taken: ReadonlySet<number>): number | undefined => {
  if (life.next === 0) return undefined;
  const newest = Math.max(1, Math.ceil(life.next * skew.newest));
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const row = random.chance(skew.share) ? life.next - random.int(1, newest) : random.int(0, life.next - 1);
    if (!taken.has(row)) return row;
  }
  return undefined;
};

const actionsOf = (life: Life, plan: Plan, tally: Tally, random: Random) => {
  const { rows, states, operations } = life;
  const scribe = scribeOf(rows, random);
  const isMove = (kind: Kind): boolean => rows.table.key.some((name) => kind.names.includes(name));
  const make = (stamp: Stamp) => {
    const values = rows.made(life.next);
    life.next += 1;
    tally.add(values);
    operations.inserted += 1;
    return scribe.insert(stamp, values);
  };
  const change = (stamp: Stamp, row: number) => {
    const revision = states.revision(row) + 1;
    const kind = rows.changed(row, revision);
    const values = rows.after(row, revision);
    const gone = states.isGone(row);
    states.set(row, revision, false);
    if (gone) {
      operations.inserted += 1;
      return scribe.insert(stamp, values);
    }
    if (isMove(kind)) operations.moved += 1;
    else operations.updated += 1;
    return scribe.update(stamp, () => rows.after(row, revision - 1), values, kind);
  };
  const remove = (stamp: Stamp, row: number) => {
    const revision = states.revision(row);
    states.set(row, revision, true);
    operations.deleted += 1;
    return scribe.remove(stamp, rows.after(row, revision));
  };
  let missing = FIRST_ORPHAN;
  const miss = (stamp: Stamp) => {
    // A move is an upsert: of a row that never was, it would make one.
    while (isMove(rows.changed(missing, 1))) missing += 1;
    const row = missing++;
    operations.orphans += 1;
    return scribe.update(stamp, () => rows.made(row), rows.after(row, 1), rows.changed(row, 1));
  };
  const live = (taken: ReadonlySet<number>): number | undefined => {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const row = pickRow(life, plan, random, taken);
      if (row === undefined || !states.isGone(row)) return row;
    }
    return undefined;
  };
  /** A row that is gone, if one is met soon. */
  const gone = (): number | undefined => {
    for (let attempt = 0; attempt < GONE_TRIES; attempt++) {
      const row = pickRow(life, plan, random, NONE);
      if (row !== undefined && states.isGone(row)) return row;
    }
    return undefined;
  };
  return { make, change, remove, miss, live, gone };
};

/**
 * @param disorderly the first so many changes may come late or twice, or be orphans
 * @param tally holds the snapshot's rows; inserted ones are added as they are made, and {@link settle} does the rest
 */
export const openLife = (rows: Rows, plan: Plan, start: number, disorderly: number, tally: Tally): Life => {
  const random = seededRandom(deriveSeed(plan.seed, `${folderOf(rows.table)}__ct`));
  const tick = clockOf(random, start, plan.changes);
  const life: Life = {
    rows,
    states: rowStates(plan.changes),
    operations: { inserted: 0, updated: 0, deleted: 0, moved: 0, orphans: 0 },
    next: plan.rows,
    happenings,
  };
  const { make, change, remove, miss, live, gone } = actionsOf(life, plan, tally, random);
  const { insert, update, move } = plan.mix;
  const ordinary = (stamp: Stamp): string[] => {
    const draw = random.next();
    const isInsert = draw < insert;
    const row = isInsert ? gone() : live(NONE);
    if (row === undefined) return make(stamp);
    return draw < insert + update + move ? change(stamp, row) : remove(stamp, row);
  };
  /** One statement over several rows: as many updates as there are rows, at most `most`. */
  function* shared(stamp: Stamp, most: number): Generator<Happening> {
    const taken = new Set<number>();
    for (const many = Math.min(random.int(2, 4), most); taken.size < many;) {
      const row = live(taken);
      if (row === undefined) return;
      taken.add(row);
      yield { records: change(stamp, row), at: stamp.at, delivery: undefined };
    }
  }
  function* happenings(): Generator<Happening> {
    for (let done = 0; done < plan.changes;) {
      const stamp = tick();
      if (update > 0 && random.int(1, 1000) <= SHARED_PER_THOUSAND) {
        for (const happening of shared(stamp, plan.changes - done)) {
          done += 1;
          yield happening;
        }
        continue;
      }
      const disorder = done < disorderly && random.chance(plan.disorder) ? random.int(0, 2) : undefined;
      // Where all updates are moves there is none that a missing row could do without.
      const records = disorder === 0 && update > 0 ? miss(stamp) : ordinary(stamp);
      done += 1;
      yield { records, at: stamp.at, delivery: disorder === 1 ? 'late' : disorder === 2 ? 'again' : undefined };
    }
  }
  return life;
};

/** Bring the tally from the rows as they were made to the rows as they are. */
export const settle = ({ rows, states }: Life, tally: Tally): void => {
  for (const { row, revision, gone } of states.entries()) {
    tally.takeBack(rows.made(row));
    if (!gone) tally.add(rows.after(row, revision));
  }
};
