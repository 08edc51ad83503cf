/** The fold, clause by clause (DESIGN §2.1, rules 1 to 6), told by the reference interpreter. */
import { describe, expect, it, test } from '@jest/globals';
import { interpret, keyOf, OPERATION_ORDER, type FoldRules } from '../../src/index.ts';
import { eventsOf, folded, RULES } from '../support/told-events.ts';

interface Case {
  readonly rules?: Partial<FoldRules>;
  /** In rank order. */
  readonly files: readonly (readonly string[])[];
  readonly rows?: readonly string[];
  readonly orphans?: number;
  readonly conflicts?: number;
  readonly movesOntoLive?: number;
  readonly held?: { readonly ambiguous?: readonly number[]; readonly incomplete?: readonly number[] };
}

const full = { updateImage: 'full' } as const;
const before = { beforeImage: 'full' } as const;
const partial = { beforeImage: 'partial' } as const;

const CASES: Record<string, Record<string, Case>> = {
  'rule 1, order': {
    'a higher sequence comes later, wherever it stands': {
      files: [['2 U k=1 a=new', '1 I k=1 a=old b=x']],
      rows: ['1 new x @2'],
    },
    'within a sequence T, then D, then I, then U': {
      files: [['1 I k=1 a=old'], ['5 U k=2 b=y', '5 I k=2 a=x', '5 D k=2', '5 T']],
      rows: ['2 x y @5'],
    },
    'a delete does not take what its own sequence inserts': { files: [['5 I k=1 a=x', '5 D k=1']], rows: ['1 x ~ @5'] },
    'L counts as the lowest sequence, wherever its file ranks': {
      files: [['1 U k=1 a=new'], ['- L k=1 a=old b=y']],
      rows: ['1 new y @1'],
    },
    'of equal sequence and operation the later file wins': {
      files: [['1 I k=1 a=x'], ['1 I k=1 a=y']],
      rows: ['1 y ~ @1'],
      conflicts: 1,
    },
    'in one file the later row wins': { files: [['1 I k=1 a=x', '1 I k=1 a=y']], rows: ['1 y ~ @1'], conflicts: 1 },
    'of snapshot rows of one key the last wins': {
      files: [['- L k=1 a=x'], ['- L k=1 a=y']],
      rows: ['1 y ~ @-'],
      conflicts: 1,
    },
    'a sequence may be shared by several keys': {
      files: [['1 I k=1 a=x', '1 I k=2 a=y', '1 U k=1 b=z', '1 D k=3']],
      rows: ['1 x z @1', '2 y ~ @1'],
    },
    'an event delivered twice counts once': {
      files: [
        ['1 I k=1 a=x', '2 U k=2 a=y'],
        ['1 I k=1 a=x', '2 U k=2 a=y'],
      ],
      rows: ['1 x ~ @1'],
      orphans: 1,
    },
    'of differing copies the last counts, as one conflict': {
      files: [['1 I k=1 a=x'], ['2 U k=1 a=y'], ['2 U k=1 b=z'], ['2 U k=1 b=w']],
      rows: ['1 x w @2'],
      conflicts: 1,
    },
    'a mask that differs is a conflict, too': {
      files: [['1 I k=1 a=x b=y'], ['2 U k=1 {a}'], ['2 U k=1 {b}']],
      rows: ['1 x ~ @2'],
      conflicts: 1,
    },
    'T has no payload that could differ': { files: [['1 T a=x', '1 T a=y']], rows: [] },
  },
  'rule 2, full images': {
    'I replaces the whole row: NULL means NULL': { files: [['1 I k=1 a=x b=y', '2 I k=1 a=z']], rows: ['1 z ~ @2'] },
    'L is a full image': { files: [['- L k=1 b=y']], rows: ['1 ~ y @-'] },
    'an empty string is no NULL': { files: [["1 I k=1 a=''", "2 U k=1 b=''"]], rows: ["1 '' '' @2"] },
    'D removes the key, and a key that is not there is fine': { files: [['1 I k=1', '2 D k=1', '3 D k=9']], rows: [] },
    'an I after D begins anew': { files: [['1 I k=1 a=x b=y', '2 D k=1', '3 I k=1 a=z']], rows: ['1 z ~ @3'] },
    'T removes every key at its sequence, and none after': {
      files: [['- L k=1', '1 I k=2', '2 T', '2 I k=3', '3 I k=4']],
      rows: ['3 ~ ~ @2', '4 ~ ~ @3'],
    },
    'the key columns of T mean nothing': {
      files: [['1 I k=~ a=x', '1 I k=1', '2 T k=1', '3 U k=~ b=y']],
      rows: [],
      orphans: 1,
    },
  },
  'rule 3, updates': {
    'sparse: NULL leaves a column alone': { files: [['1 I k=1 a=x b=y', '2 U k=1 a=z']], rows: ['1 z y @2'] },
    'full: the row is replaced': { rules: full, files: [['1 I k=1 a=x b=y', '2 U k=1 a=z']], rows: ['1 z ~ @2'] },
    'a mask sets its columns, to NULL too': { files: [['1 I k=1 a=x b=y', '2 U k=1 {a}']], rows: ['1 ~ y @2'] },
    'a mask sets nothing else, also under full': {
      rules: full,
      files: [['1 I k=1 a=x b=y', '2 U k=1 a=z b=w {a}']],
      rows: ['1 z y @2'],
    },
    'an empty mask sets nothing, and the row shows that it came': {
      files: [['1 I k=1 a=x', '2 U k=1 a=z b=w {}']],
      rows: ['1 x ~ @2'],
    },
    'a mask may name columns that are no more': { files: [['1 I k=1 a=x', '2 U k=1 b=z {b 199}']], rows: ['1 x z @2'] },
    'an update of a key that is not there is dropped: an orphan': {
      files: [['1 U k=1 a=x', '2 I k=1 a=y', '3 D k=1', '4 U k=1 a=z']],
      rows: [],
      orphans: 2,
    },
    'a late I adopts the orphan': { files: [['2 U k=1 a=y'], ['1 I k=1 a=x b=w']], rows: ['1 y w @2'] },
    'an orphan changes no later row': { files: [['1 U k=1 b=y', '2 I k=1 a=x']], rows: ['1 x ~ @2'], orphans: 1 },
  },
  'rule 4, before images': {
    'a lone B changes nothing': { rules: before, files: [['1 I k=1 a=x', '2 B k=1 a=w']], rows: ['1 x ~ @1'] },
    'B and U of one key are an update': {
      rules: before,
      files: [['1 I k=1 a=x b=y', '2 B k=1 a=x b=y', '2 U k=1 a=z']],
      rows: ['1 z y @2'],
    },
    'B and U of equal keys pair first; what is left is the move': {
      rules: before,
      files: [['1 I k=1 a=x', '1 I k=2 a=y', '2 B k=2 a=y', '2 B k=1 a=x', '2 U k=1 a=z', '2 U k=3']],
      rows: ['1 z ~ @2', '3 y ~ @2'],
    },
    'one B and one U left over are a move: the old key goes, the new has U over B': {
      rules: before,
      files: [['1 I k=1 a=x b=y', '2 B k=1 a=x b=y', '2 U k=2 a=z']],
      rows: ['2 z y @2'],
    },
    'a move takes B as its base, not the row': {
      rules: before,
      files: [['1 I k=1 a=x b=y', '2 B k=1 a=v b=w', '2 U k=2 b=z {b}']],
      rows: ['2 v z @2'],
    },
    'a move of a key that is not there arrives all the same, and is no orphan': {
      rules: before,
      files: [['2 B k=1 a=x b=y', '2 U k=2 a=z']],
      rows: ['2 z y @2'],
    },
    'B may come in an earlier file than its U, and in a later': {
      rules: before,
      files: [
        ['1 I k=1 a=x', '1 I k=5 a=y', '2 B k=1 a=x', '3 U k=6'],
        ['2 U k=2', '3 B k=5 a=y'],
      ],
      rows: ['2 x ~ @2', '6 y ~ @3'],
    },
    'a chain of moves leads to its end': {
      rules: before,
      files: [['1 I k=1 a=x', '2 B k=1 a=x', '2 U k=2', '3 B k=2 a=x', '3 U k=3']],
      rows: ['3 x ~ @3'],
    },
    'both halves stand at the place of U: an I of the old key in that sequence goes': {
      rules: before,
      files: [['1 I k=1 a=x', '2 B k=1 a=x', '2 U k=2', '2 I k=1 a=y']],
      rows: ['2 x ~ @2'],
    },
    'two moves whose halves stand next to each other': {
      rules: before,
      files: [
        ['1 I k=1 a=x', '1 I k=2 a=y'],
        ['2 B k=1 a=x', '2 U k=3', '2 B k=2 a=y', '2 U k=4'],
      ],
      rows: ['3 x ~ @2', '4 y ~ @2'],
    },
    'two moves that exchange keys': {
      rules: before,
      files: [
        ['1 I k=1 a=x', '1 I k=2 a=y', '2 B k=1 a=x', '2 U k=9', '3 B k=2 a=y', '3 U k=1', '4 B k=9 a=x', '4 U k=2'],
      ],
      rows: ['1 y ~ @3', '2 x ~ @4'],
    },
    'two moves that do not stand so hold the table': {
      rules: before,
      files: [['2 B k=1', '2 B k=2', '2 U k=3', '2 U k=4']],
      held: { ambiguous: [2] },
    },
    'nor do rows of two files stand next to each other': {
      rules: before,
      files: [
        ['2 B k=1', '2 B k=2'],
        ['1 I k=9', '2 U k=3', '2 U k=4'],
      ],
      held: { ambiguous: [2] },
    },
    'more updates than before images: the rest are updates': {
      rules: before,
      files: [['1 I k=1 a=x', '1 I k=5', '2 B k=1 a=x', '2 U k=2', '2 U k=5 b=z']],
      rows: ['2 x ~ @2', '5 ~ z @2'],
    },
    'partial holds a move that is no whole image': {
      rules: partial,
      files: [['1 I k=1 a=x', '2 B k=1', '2 U k=2 a=z']],
      held: { incomplete: [2] },
    },
    'partial with a whole image moves': {
      rules: { ...partial, ...full },
      files: [['1 I k=1 a=x b=y', '2 B k=1', '2 U k=2 a=z']],
      rows: ['2 z ~ @2'],
    },
    'partial with a whole image and a mask holds': {
      rules: { ...partial, ...full },
      files: [['2 B k=1', '2 U k=2 a=z {a}']],
      held: { incomplete: [2] },
    },
    'partial without a move holds nothing': {
      rules: partial,
      files: [['1 I k=1 a=x', '2 B k=1', '2 U k=1 b=z']],
      rows: ['1 x z @2'],
    },
    'none ignores B': { files: [['1 I k=1 a=x', '2 B k=1 a=x', '2 U k=2 a=z']], rows: ['1 x ~ @1'], orphans: 1 },
    'a move onto a live key replaces its row, and is counted': {
      rules: before,
      files: [['1 I k=1 a=x', '1 I k=2 a=y b=w', '2 B k=1 a=x', '2 U k=2']],
      rows: ['2 x ~ @2'],
      movesOntoLive: 1,
    },
    'a move redelivered is one move': {
      rules: before,
      files: [
        ['1 I k=1 a=x', '2 B k=1 a=x', '2 U k=2'],
        ['2 B k=1 a=x', '2 U k=2'],
      ],
      rows: ['2 x ~ @2'],
    },
  },
  'rule 5, keys': {
    'NULL is a key like any other, and not the empty string': {
      files: [['1 I k=~ a=x', "1 I k='' a=y", '2 U k=~ b=z']],
      rows: ["'' y ~ @1", '~ x z @2'],
    },
    'each column of a key counts, NULL too': {
      rules: { key: ['k', 'a'] },
      files: [['1 I k=1 a=~ b=x', '1 I k=~ a=1 b=y', '2 D k=1 a=~']],
      rows: ['~ 1 y @1'],
    },
    'a key column of an update is never set': { files: [['1 I k=1 a=x', '2 U k=1 a=y {k a}']], rows: ['1 y ~ @2'] },
  },
};

const flat = Object.entries(CASES).flatMap(([rule, cases]) =>
  Object.entries(cases).map(([clause, each]) => ({ name: `${rule}: ${clause}`, ...each })),
);

describe('the fold', () => {
  test.each(flat)('$name', ({ rules, files, rows, held, ...counters }) => {
    const result = folded({ ...RULES, ...rules }, files);
    if (held !== undefined) expect(result).toEqual({ held: { ambiguous: [], incomplete: [], ...held } });
    else {
      const { orphans = 0, conflicts = 0, movesOntoLive = 0 } = counters;
      expect(result).toEqual({ rows, orphans, conflicts, movesOntoLive });
    }
  });

  it.each(flat)('gives the same in whatever order the events come ($name)', ({ rules, files }) => {
    const all = { ...RULES, ...rules };
    const events = eventsOf(all, files);
    expect(plain(interpret(all, events.toReversed()))).toEqual(plain(interpret(all, events)));
  });
});

/** Rows as a plain object: the order of insertion into a Map is no part of the result. */
const plain = (result: ReturnType<typeof interpret>) =>
  result.state === 'held' ? result : { ...result, rows: Object.fromEntries(result.rows) };

describe('a row', () => {
  it('has sequence and timestamp of the last event applied, of which D and orphans are none', () => {
    const result = interpret(RULES, eventsOf(RULES, [['1 I k=1', '2 U k=1 {}', '3 D k=2', '4 B k=1']]));
    expect(result).toMatchObject({ state: 'folded', watermark: '4'.padStart(35, '0') });
    if (result.state === 'folded')
      expect(result.rows.get(keyOf(RULES, { k: '1' }))).toMatchObject({
        seq: '2'.padStart(35, '0'),
        timestamp: '2 in file 1',
      });
  });

  it('has neither after a snapshot row', () => {
    const result = interpret(RULES, eventsOf(RULES, [['- L k=1 a=x']]));
    expect(result).toMatchObject({ state: 'folded', watermark: '' });
    if (result.state === 'folded')
      expect([...result.rows.values()]).toEqual([{ values: { k: '1', a: 'x', b: null }, seq: null, timestamp: null }]);
  });
});

test('keys of different values are different texts', () => {
  const rules = { ...RULES, key: ['k', 'a'] };
  const values = [null, '', 'null', '1', 1, 1.5, true, 'true', '["1"]', 'a","b'];
  const keys = values.flatMap((k) => values.map((a) => keyOf(rules, { k, a })));
  expect(new Set(keys).size).toBe(values.length ** 2);
  expect(keyOf(rules, { k: 1n, a: null })).not.toBe(keyOf(rules, { k: 1, a: null }));
});

test('the operations stand in the order of rule 1', () => {
  expect(OPERATION_ORDER).toEqual(['T', 'B', 'D', 'L', 'I', 'U']);
});
