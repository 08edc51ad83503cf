/**
 * Random streams of change events, close enough to what a source writes to be meaningful and wild enough to be hostile:
 * sequences shared by several keys, NULL keys, moves and chains of moves, B and U in different files, truncations,
 * delete and insert under one sequence, redelivered files and rows (some with another payload), masks that name columns
 * the contract no longer has, files in any order, split into any batches.
 */
import fc from 'fast-check';
import type { ChangeEvent, FoldRules, Operation, Row } from '@farelake/qlik';

export interface StreamFile {
  /** Events without their place; the place in the list is the line. */
  readonly events: readonly Omit<ChangeEvent, 'file' | 'line'>[];
}

export interface Stream {
  readonly rules: FoldRules;
  /** In rank order. */
  readonly files: readonly StreamFile[];
  /** Files by index, in the batches they arrive in. */
  readonly batches: readonly (readonly number[])[];
}

const COLUMNS = [
  { id: 101, name: 'k1' },
  { id: 102, name: 'k2' },
  { id: 103, name: 'a' },
  { id: 104, name: 'b' },
  { id: 106, name: 'c' },
];

const rules: fc.Arbitrary<FoldRules> = fc.record({
  columns: fc.constant(COLUMNS),
  key: fc.constantFrom(['k1'], ['k1', 'k2'], ['k2', 'k1']),
  updateImage: fc.constantFrom('sparse', 'full'),
  beforeImage: fc.constantFrom('full', 'full', 'partial', 'none'),
});

const k1 = fc.constantFrom(null, 1, 2, 3);
const k2 = fc.constantFrom(null, '', 'x');
const data = fc.record({
  a: fc.constantFrom(null, 0, 7, 9),
  b: fc.constantFrom(null, '', 'é', 'z'),
  c: fc.constantFrom(null, 'NULL', '🔥'),
});
const mask = fc.option(fc.subarray([103, 104, 105, 106]), { nil: null, freq: 2 });
/** Few sequences, so that they are shared and events come late. */
const sequence = fc.integer({ min: 1, max: 7 }).map((n) => String(n).padStart(35, '0'));

type Bare = Omit<ChangeEvent, 'file' | 'line'>;
const event = (oper: Operation, seq: string | null, values: Row, changed: readonly number[] | null = null): Bare => ({
  oper,
  seq,
  timestamp: seq === null ? null : `t${Number(seq)}`,
  mask: changed,
  values,
});

const key = fc.record({ k1, k2 });
const row = fc.tuple(key, data).map(([keys, values]) => ({ ...keys, ...values }));
const single = (oper: Operation) => fc.tuple(sequence, row).map(([seq, values]) => [event(oper, seq, values)]);
const update = fc.tuple(sequence, row, mask).map(([seq, values, changed]) => [event('U', seq, values, changed)]);
/** A change of one row: B and U of the same key, or of two keys, which moves the row. */
const beforeAndAfter = fc.tuple(sequence, row, row, mask, fc.boolean()).map(([seq, before, after, changed, moves]) => {
  const target = moves ? after : { ...after, k1: before.k1, k2: before.k2 };
  return [event('B', seq, before), event('U', seq, target, changed)];
});
/** a → b → c, one sequence each, or all in one. */
const chain = fc
  .tuple(sequence, fc.boolean(), fc.array(row, { minLength: 3, maxLength: 3 }), mask)
  .map(([seq, shared, rows, changed]) =>
    [0, 1].flatMap((step) => {
      const at = shared ? seq : String(Math.min(7, Number(seq) + step)).padStart(35, '0');
      return [event('B', at, rows[step] ?? {}), event('U', at, rows[step + 1] ?? {}, changed)];
    }),
  );
const reborn = fc
  .tuple(sequence, row, data, mask)
  .map(([seq, values, other, changed]) => [
    event('D', seq, values),
    event('I', seq, values),
    event('U', seq, { ...values, ...other }, changed),
  ]);
const nothing = { k1: null, k2: null, a: null, b: null, c: null };
const truncation = sequence.map((seq) => [event('T', seq, nothing)]);

const transaction: fc.Arbitrary<Bare[]> = fc.oneof(
  { weight: 4, arbitrary: single('I') },
  { weight: 2, arbitrary: single('D') },
  { weight: 4, arbitrary: update },
  { weight: 4, arbitrary: beforeAndAfter },
  { weight: 2, arbitrary: chain },
  { weight: 2, arbitrary: reborn },
  { weight: 1, arbitrary: single('B') },
  { weight: 1, arbitrary: truncation },
);

const snapshotFile = fc.array(row, { maxLength: 5 }).map((rows) => ({ events: rows.map((r) => event('L', null, r)) }));

/** Transactions cut into files anywhere, also between a B and its U. */
const changeFiles = fc
  .tuple(fc.array(transaction, { maxLength: 9 }), fc.array(fc.nat(20), { maxLength: 4 }))
  .map(([transactions, cuts]) => {
    const events = transactions.flat();
    const edges = [0, ...cuts.map((cut) => Math.min(cut, events.length)).sort((a, b) => a - b), events.length];
    return edges.slice(1).map((edge, index) => ({ events: events.slice(edges[index], edge) }));
  });

/** A file again: whole, in part, or with other payloads. */
const redelivery = (files: StreamFile[]) =>
  files.length === 0
    ? fc.constant([])
    : fc.array(
        fc
          .tuple(fc.constantFrom(...files), fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), fc.boolean(), data)
          .map(([file, lines, altered, values]) => ({
            events: lines
              .flatMap((line) => file.events[line] ?? [])
              .map((e) => (altered ? { ...e, values: { ...e.values, ...values } } : e)),
          })),
        { maxLength: 2 },
      );

export const streams: fc.Arbitrary<Stream> = fc
  .tuple(rules, fc.array(snapshotFile, { maxLength: 2 }), changeFiles)
  .chain(([foldRules, snapshots, changes]) =>
    redelivery(changes).chain((again) => {
      const files = [...snapshots, ...changes, ...again];
      const order = files.map((_, index) => index);
      return fc
        .tuple(
          fc.shuffledSubarray(order, { minLength: order.length }),
          fc.array(fc.nat(4), { maxLength: 3 }),
          fc.boolean(),
        )
        .map(([arrival, cuts, inOrder]) => ({
          rules: foldRules,
          files,
          batches: cutInto(inOrder ? order : arrival, cuts),
        }));
    }),
  );

function cutInto(order: readonly number[], cuts: readonly number[]): number[][] {
  const edges = [...new Set([0, ...cuts.map((cut) => Math.min(cut, order.length)), order.length])].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((edge, index) => order.slice(edges[index], edge));
}

/** The stream's events with their places, as the interpreter takes them. */
export const eventsOf = (stream: Stream): ChangeEvent[] =>
  stream.files.flatMap((file, index) => file.events.map((e, line) => ({ ...e, file: index + 1, line: line + 2 })));
