/**
 * What may happen to tables, in any order: every kind of commit there is, some of them several times. A story has a Qlik table with
 * its history, a DMAP set and a topic of its own, in one home with those of other stories.
 */
import fc from 'fast-check';

export type Step =
  /** `late`: some events fall below what is applied, so that their keys are rebuilt. */
  | { readonly kind: 'changes' | 'late'; readonly events: readonly (readonly [oper: Oper, id: number])[] }
  /** A new generation that takes the place of the one before. */
  | { readonly kind: 'snapshot'; readonly ids: readonly number[] }
  /** A segment loses rows, is found out, and is written anew. */
  | { readonly kind: 'repair'; readonly place: number }
  | { readonly kind: 'replay'; readonly load: number }
  /** Of a dataset that may be there already. */
  | { readonly kind: 'dataset'; readonly datasetId: string; readonly rows: number }
  | { readonly kind: 'taps'; readonly partition: number; readonly days: readonly number[] }
  /** Contract and deliveries from now on have it, and changes come by it at once. */
  | { readonly kind: 'new column' | 'rename' | 'wider decimal'; readonly id: number }
  /** Maintenance: snapshots older than so many steps go, with the files that only they have; small files of topics become few. */
  | { readonly kind: 'maintain'; readonly keep: number }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'truncate' };

export type Oper = 'I' | 'U' | 'D';

const id = fc.integer({ min: 1, max: 9 });
const events = fc.array(fc.tuple(fc.constantFrom<Oper>('I', 'U', 'U', 'D'), id), { minLength: 1, maxLength: 4 });
const step = <More extends object>(kind: Step['kind'], more: { [Name in keyof More]: fc.Arbitrary<More[Name]> }) =>
  fc.record({ kind: fc.constant(kind), ...more }, { noNullPrototype: true }) as unknown as fc.Arbitrary<Step>;

const changes = step('changes', { events });
const late = step('late', { events });
const snapshot = step('snapshot', { ids: fc.uniqueArray(id, { minLength: 2, maxLength: 6 }) });
const dataset = step('dataset', { datasetId: fc.constantFrom('a', 'b'), rows: fc.integer({ min: 0, max: 3 }) });
const taps = step('taps', {
  partition: fc.integer({ min: 0, max: 1 }),
  days: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }),
});
const maintain = step('maintain', { keep: fc.integer({ min: 0, max: 8 }) });

/** Each of these in every story, in any order. */
const ALL: readonly fc.Arbitrary<Step>[] = [
  ...[changes, changes, changes, changes, late, late, snapshot, step('rollback', {}), step('truncate', {})],
  ...[step('repair', { place: fc.nat(3) }), step('replay', { load: fc.nat(9) })],
  ...[step('new column', { id }), step('rename', { id }), step('wider decimal', { id })],
  ...[dataset, dataset, dataset, taps, taps, taps, maintain, maintain],
];

/** The first snapshot comes before all. */
export const stories: fc.Arbitrary<Step[]> = fc
  .tuple(
    snapshot,
    fc.tuple(...ALL).chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length })),
  )
  .map(([first, steps]) => [first, ...steps]);
