/** Proves what becomes of each state that a table in Glue can be found in, and that no sequence of publishers goes back. */
import fc from 'fast-check';
import type { GlueTruth } from '@farelake/db';
import { runs } from '../../../../../jest.property.ts';
import { decide, type FoundInGlue, type GlueDecision } from '../../../src/catalog/glue/decide.ts';

const FOLDER = 's3://lake/stage/edw_x/metadata/';
const ours = (version: number, folder = FOLDER, chance = 'a1b2c3d4') =>
  `${folder}${String(version).padStart(5, '0')}-0123456789abcdef0123-${chance}.metadata.json`;
/** Named as ours are, in our folder, by another ledger. */
const theirs = (version: number) => ours(version, FOLDER, '0a0b0c0d');
const SIBLING = 's3://lake/stage/edw_y/metadata/';
const FIRST = `${FOLDER}00000-made-with-the-table.metadata.json`;
const FOREIGN = 's3://elsewhere/t/metadata/v1.metadata.json';
const NEWEST = 7;

interface Case {
  readonly metadata?: string | undefined;
  readonly version?: number | undefined;
  readonly isIceberg?: boolean;
  /** Undefined: the ledger does not know the file. */
  readonly known?: number | undefined;
  /** Version from which on the ledger knows the table. */
  readonly oldest?: number;
  /** What we last left there by our record. */
  readonly standsAt?: number;
  /** Another table of this ledger keeps its metadata in the folder of the file. */
  readonly isOfSibling?: boolean;
}

const decided = ({
  metadata,
  version,
  isIceberg = true,
  known,
  oldest = 1,
  standsAt = 0,
  isOfSibling = false,
}: Case): GlueDecision =>
  decide(
    { metadata, version, isIceberg },
    { pointer: { metadata: ours(NEWEST), version: NEWEST }, known, oldest, standsAt, isOfSibling },
  );

it.each<[string, Case, string]>([
  ['the newest, and said so', { metadata: ours(7), version: 7, known: 7, standsAt: 7 }, 'nothing'],
  ['the newest, killed before the record', { metadata: ours(7), version: 7, known: 7, standsAt: 6 }, 'nothing'],
  ['the newest, its version removed', { metadata: ours(7), known: 7, standsAt: 7 }, 'heal'],
  ['the newest, its version forged', { metadata: ours(7), version: 99, known: 7, standsAt: 7 }, 'heal'],
  [
    'the newest, no Iceberg table any more',
    { metadata: ours(7), version: 7, isIceberg: false, known: 7, standsAt: 7 },
    'heal',
  ],
  ['made with the newest file, never published to', { metadata: ours(7), known: 7 }, 'move'],

  ['no pointer, never published to', {}, 'move'],
  ['no pointer, published to before', { standsAt: 5 }, 'heal'],
  ['no pointer, and a version all the same', { version: 5, standsAt: 5 }, 'heal'],
  ["the table's first file, never published to", { metadata: FIRST }, 'move'],
  ["back at the table's first file", { metadata: FIRST, standsAt: 6 }, 'heal'],

  ['an older one of ours, as we left it', { metadata: ours(5), version: 5, known: 5, standsAt: 5 }, 'move'],
  ['an older one of ours, killed before the record', { metadata: ours(6), version: 6, known: 6, standsAt: 5 }, 'move'],
  ['an older one of ours, no record at all', { metadata: ours(5), version: 5, known: 5 }, 'move'],
  ['an older one, its version kept', { metadata: ours(5), version: 7, known: 5, standsAt: 7 }, 'heal'],
  [
    'an older one, its version kept, which is not the newest',
    { metadata: ours(5), version: 6, known: 5, standsAt: 6 },
    'heal',
  ],
  ['an older one, its version removed', { metadata: ours(5), known: 5, standsAt: 7 }, 'heal'],
  ['an older one, its version removed, no record', { metadata: ours(5), known: 5 }, 'move'],
  ['an older one, its version set back with it', { metadata: ours(5), version: 5, known: 5, standsAt: 7 }, 'heal'],
  [
    'an older one, its version forged to be newer than all',
    { metadata: ours(5), version: 99, known: 5, standsAt: 7 },
    'heal',
  ],
  ['an older one, its version forged to be older', { metadata: ours(5), version: 2, known: 5, standsAt: 5 }, 'heal'],
  [
    'the same version, before its snapshots expired',
    { metadata: `${FOLDER}x`, version: 7, known: 7, standsAt: 7 },
    'move',
  ],

  ['a foreign file, our version kept', { metadata: FOREIGN, version: 7, standsAt: 7 }, 'heal'],
  ['a foreign file, no version', { metadata: FOREIGN, standsAt: 7 }, 'heal'],
  ['a foreign file, a version newer than all', { metadata: FOREIGN, version: 99, standsAt: 7 }, 'heal'],
  ['a foreign file, a version, no record', { metadata: FOREIGN, version: 3 }, 'heal'],
  ['a foreign file in our folder', { metadata: `${FOLDER}v9.metadata.json`, version: 9, standsAt: 7 }, 'heal'],

  [
    'a newer one of ours than the truth that was read',
    { metadata: ours(9), version: 9, known: 9, standsAt: 7 },
    'leave',
  ],
  ['one of ours that this ledger has lost', { metadata: ours(9), version: 9, standsAt: 6 }, 'refuse: behind'],
  ['such a name, and another version', { metadata: ours(9), version: 8, standsAt: 7 }, 'heal'],
  ['such a name, and no version', { metadata: ours(9), standsAt: 7 }, 'heal'],
  ['one that this ledger has lost, and gone past', { metadata: theirs(6), version: 6, standsAt: 5 }, 'refuse: unknown'],
  ["another ledger's, of the newest version", { metadata: theirs(7), version: 7, standsAt: 7 }, 'refuse: unknown'],
  ["another ledger's, of the oldest version", { metadata: theirs(4), version: 4, oldest: 4 }, 'refuse: unknown'],
  ["another ledger's, and no version", { metadata: theirs(6), standsAt: 7 }, 'heal'],
  ["another ledger's, and another version", { metadata: theirs(6), version: 5, standsAt: 7 }, 'heal'],
  ['one from before all that a restored ledger knows', { metadata: ours(3), version: 3, oldest: 4 }, 'heal'],
  ['such a one, and it stands at a newer', { metadata: ours(3), version: 3, oldest: 4, standsAt: 6 }, 'heal'],
  [
    "another table's of this lake, its version with it",
    { metadata: ours(9, SIBLING), version: 9, standsAt: 7, isOfSibling: true },
    'heal',
  ],
  [
    "another table's of this lake, older, no record",
    { metadata: ours(3, SIBLING), version: 3, isOfSibling: true },
    'heal',
  ],
  ["another lake's", { metadata: ours(9, 's3://prod/edw_x/metadata/'), version: 9 }, 'refuse: another'],
  ["another lake's, older", { metadata: ours(3, 's3://prod/edw_x/metadata/'), version: 3 }, 'refuse: another'],
])('%s', (_, one, expected) => {
  const decision = decided(one);
  expect(decision.action === 'refuse' ? `refuse: ${decision.why}` : decision.action).toBe(expected);
});

/**
 * A table that any number of publishers look at and update, each with the truth of a moment between its look and its update, while
 * commits go on: the specification's world, with the one check that Glue makes.
 */
it('no reader sees an older version after a newer one, whatever publishers come in between', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('commit' as const) }),
    fc.record({
      do: fc.constantFrom('look' as const, 'ask' as const, 'update' as const, 'die' as const),
      who: fc.nat(4),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let newest = 1;
      let record = 0;
      let glue = { found: { metadata: FIRST, version: undefined, isIceberg: true } as FoundInGlue, id: 0 };
      const looked = new Map<number, typeof glue>();
      const asked = new Map<number, { seen: typeof glue; truth: GlueTruth }>();
      for (const one of steps) {
        if (one.do === 'commit') newest += 1;
        else if (one.do === 'look') looked.set(one.who, glue);
        else if (one.do === 'die') asked.delete(one.who);
        else if (one.do === 'ask') {
          const seen = looked.get(one.who);
          if (seen === undefined) continue;
          const truth = {
            pointer: { metadata: ours(newest), version: newest },
            known: seen.found.version,
            oldest: 1,
            standsAt: record,
            isOfSibling: false,
          };
          asked.set(one.who, { seen, truth });
        } else {
          const mine = asked.get(one.who);
          asked.delete(one.who);
          if (mine === undefined) continue;
          const { action } = decide(mine.seen.found, mine.truth);
          if (action === 'refuse' || action === 'leave') throw new Error(`${action} of what publishers of ours left`);
          // What Glue checks: VersionId.
          if (action === 'nothing' || mine.seen.id !== glue.id) continue;
          expect(mine.truth.pointer.version).toBeGreaterThanOrEqual(glue.found.version ?? 0);
          glue = { found: { ...mine.truth.pointer, isIceberg: true }, id: glue.id + 1 };
          record = Math.max(record, mine.truth.pointer.version);
        }
      }
    }),
    runs(500),
  );
});

it('whatever somebody writes over it, one look and update set it right, or it is left for a person', () => {
  const metadata = fc.oneof(
    fc.constant(undefined),
    fc.nat(NEWEST).map((version) => ours(version)),
    fc.constantFrom(FIRST, FOREIGN, ours(9), ours(9, 's3://prod/edw_x/metadata/'), theirs(5), theirs(NEWEST)),
  );
  const version = fc.option(fc.nat(12), { nil: undefined });
  fc.assert(
    fc.property(metadata, version, fc.boolean(), fc.nat(NEWEST), (file, said, isIceberg, standsAt) => {
      const known = Array.from({ length: NEWEST }, (_, n) => n + 1).find((one) => ours(one) === file);
      const { action } = decided({ metadata: file, version: said, isIceberg, known, standsAt });
      const isRight = file === ours(NEWEST) && said === NEWEST && isIceberg;
      const isAnothers =
        known === undefined && said !== undefined && said > 0 && file?.includes(`/0000${said}-`) === true;
      expect(action === 'nothing').toBe(isRight);
      expect(action === 'refuse').toBe(isAnothers);
      expect(action).not.toBe('leave');
    }),
    runs(500),
  );
});
