/** Decides how a target comes from the version it stands at to the newest one. Pure. */
import type { Publication } from '@farelake/db';
import { UserError } from '@farelake/schema-registry';
import type { PresentTable } from './present.ts';
import { SCHEMA, type PublishedColumn, type RecordedShape, type Shape } from './shape.ts';

/** The newest version of the current table. */
export interface NewestVersion {
  readonly dataset: string;
  readonly version: number;
  readonly generation: string | null;
  readonly rules: string | null;
}

/** A present column that a wanted one is made from. */
export interface ColumnChange {
  readonly from: Pick<PublishedColumn, 'name' | 'type' | 'hashed'>;
  readonly to: PublishedColumn;
}

export interface Alterations {
  readonly changed: readonly ColumnChange[];
  readonly added: readonly PublishedColumn[];
  /** Names of columns that are no more. */
  readonly dropped: readonly string[];
  readonly comments: readonly PublishedColumn[];
}

export type PublicationPlan =
  | { readonly way: 'nothing' }
  /** Only what differs between the two versions. */
  | { readonly way: 'changes'; readonly from: number; readonly alterations: Alterations }
  /** All rows; `alterations` serve where the present table has to stay. */
  | { readonly way: 'copy'; readonly why: string; readonly alterations: Alterations; readonly sameKey: boolean };

/**
 * @param record undefined or version 0: nothing was published yet
 * @throws UserError `foreign-table`
 */
export function planPublication(
  record: Publication | undefined,
  present: PresentTable | undefined,
  wanted: Shape,
  newest: NewestVersion,
): PublicationPlan {
  if (present !== undefined && !present.ours) throw foreign(newest.dataset);
  const recorded = recordedShape(record);
  const alterations = alterationsOf(recorded, present, wanted);
  const sameKey = recorded !== undefined && String(recorded.key) === String(wanted.key);
  const why = reasonToCopy(record, recorded, present, newest) ?? (sameKey ? undefined : 'another key');
  if (record === undefined || why !== undefined)
    return { way: 'copy', why: why ?? 'not published yet', alterations, sameKey };
  const { changed, added, dropped, comments } = alterations;
  // Their values of before would stay in the table's pages.
  if (dropped.length > 0) return { way: 'copy', why: 'a column that is no more', alterations, sameKey };
  if (changed.some(({ from, to }) => to.hashed === true && from.hashed !== true))
    return { way: 'copy', why: 'a column that is hashed now', alterations, sameKey };
  if (changed.some((change) => !isWidening(change)))
    return { way: 'copy', why: 'a column of another type', alterations, sameKey };
  const unaltered = changed.every(({ from, to }) => from.name === to.name && from.type === to.type);
  if (record.version === newest.version && unaltered && added.length === 0 && comments.length === 0)
    return { way: 'nothing' };
  return { way: 'changes', from: record.version, alterations };
}

function reasonToCopy(
  record: Publication | undefined,
  recorded: RecordedShape | undefined,
  present: PresentTable | undefined,
  newest: NewestVersion,
): string | undefined {
  if (present === undefined) return 'no table yet';
  if (record === undefined || recorded === undefined) return 'a table that no record tells of';
  if (recorded.table !== present.oid) return 'another table than the recorded one';
  const names = new Set(present.columns.map(({ name }) => name));
  if (recorded.columns.some(({ name }) => !names.has(name))) return 'a published column was taken away';
  if (record.version > newest.version) return 'the record is ahead of the lake';
  if (record.generation !== newest.generation) return 'a new generation';
  if (recorded.rules !== newest.rules) return 'folded by other rules';
  return undefined;
}

function recordedShape(record: Publication | undefined): RecordedShape | undefined {
  return record === undefined || record.version === 0 ? undefined : (record.shape as RecordedShape);
}

/** Columns that a person added to the table are none of ours: they stay, and are NULL. */
function alterationsOf(
  recorded: RecordedShape | undefined,
  present: PresentTable | undefined,
  wanted: Shape,
): Alterations {
  const types = new Map(present?.columns.map(({ name, type }) => [name, type]));
  // Without a record the names are all there is to go by.
  const known = (recorded ?? wanted).columns.flatMap((column) => {
    const type = types.get(column.name);
    return type === undefined ? [] : [{ ...column, type }];
  });
  const before = new Map(known.map((column) => [column.id, column]));
  const ids = new Set(wanted.columns.map(({ id }) => id));
  const comments = new Map(recorded?.columns.map(({ id, comment }) => [id, comment]));
  return {
    changed: wanted.columns.flatMap((to) => {
      const from = before.get(to.id);
      return from === undefined ? [] : [{ from, to }];
    }),
    added: wanted.columns.filter(({ id }) => !before.has(id)),
    dropped: known.filter(({ id }) => !ids.has(id)).map(({ name }) => name),
    comments: wanted.columns.filter(({ id, comment }) => comments.get(id) !== comment),
  };
}

const NUMERIC = /^numeric\((\d+),(\d+)\)$/;

/** Whether Postgres takes every value of the one type for one of the other, without writing rows again. */
function isWidening({ from, to }: ColumnChange): boolean {
  if (from.type === to.type) return true;
  const [narrow, wide] = [NUMERIC.exec(from.type), NUMERIC.exec(to.type)];
  return narrow !== null && wide !== null && narrow[2] === wide[2] && Number(narrow[1]) < Number(wide[1]);
}

const foreign = (dataset: string): UserError =>
  new UserError({
    code: 'foreign-table',
    problem: `${SCHEMA}.${dataset} is there already, and farelake did not make it; it is left alone.`,
    remedy: `Rename or move it, or set publish.postgres to false in the contract of ${dataset}; the next ingest then goes on.`,
    data: { table: `${SCHEMA}.${dataset}` },
  });
