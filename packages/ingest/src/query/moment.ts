/** As of when tables are looked at: which version of each, from what a person asks for. */
import {
  firstVersions,
  oldestWhole,
  pastVersion,
  versionsAt,
  type PastVersion,
  type PointInTime,
  type Queryable,
} from '@farelake/db';
import { UserError, type Contract } from '@farelake/schema-registry';
import { shownTables } from '../catalog/place.ts';

/** What a person asks for. */
export interface Moment {
  /** All tables as of then; absent: only those of which a version is given. */
  readonly time?: PointInTime;
  /** By the name of the table, or of its history; these go before the time. */
  readonly versions: ReadonlyMap<string, number>;
  /** Of the only table that the statement names. */
  readonly version?: number;
}

/**
 * `before`: it had no version yet · `unknown`: it was restored, and what it was then is lost · `unasked`: neither a time nor a version of
 * it is given
 */
export type Pinned = PastVersion | 'before' | 'unknown' | 'unasked';

/** The versions, by table name, as `Moment` asks for them. */
export type Pins = ReadonlyMap<string, Pinned>;

/**
 * Decides for all tables at once, so that they are of one moment.
 * @param isNamed whether the statement reads a table, as far as can be told before it runs
 * @throws UserError `unclear-version`: which table a version is of cannot be told; `no-such-version`; `version-gone`: of a named table
 * that was restored, before the first version that is known
 */
export async function pinTables(
  db: Queryable,
  contracts: readonly Contract[],
  moment: Moment,
  isNamed: (table: string) => boolean,
): Promise<Pins> {
  const tables = contracts.flatMap(shownTables);
  const versions = asked(tables, moment, isNamed);
  const standing = moment.time === undefined ? undefined : await versionsAt(db, tables, moment.time);
  const first = await firstVersions(db, tables);
  const pins = new Map<string, Pinned>();
  for (const table of tables) {
    const version = versions.get(table);
    const oldest = first.get(table);
    const before = oldest !== undefined && oldest.version > 1 ? 'unknown' : 'before';
    const pinned = standing === undefined ? 'unasked' : (standing.get(table) ?? before);
    if (version !== undefined) pins.set(table, await requireVersion(db, table, version, oldest));
    else if (pinned === 'unknown' && oldest !== undefined && isNamed(table)) throw forgotten(table, oldest);
    else pins.set(table, pinned);
  }
  return pins;
}

/** What a table was before it was restored is not known; that it was empty would be a wrong answer. */
const forgotten = (table: string, oldest: PastVersion): UserError =>
  new UserError({
    code: 'version-gone',
    problem: `What ${table} was before version ${oldest.version}, of ${oldest.committedAt}, is not known any more: its ledger was lost, and restored from there on.`,
    remedy: 'farelake table versions lists those that there are.',
    data: { table, oldest: oldest.version },
  });

function asked(
  tables: readonly string[],
  { versions, version }: Moment,
  isNamed: (table: string) => boolean,
): ReadonlyMap<string, number> {
  for (const table of versions.keys()) {
    if (tables.includes(table)) continue;
    throw new UserError({
      code: 'unclear-version',
      problem: `A version of ${table} is asked for, and there is no such table.`,
      remedy: `Name one of ${tables.toSorted().join(', ')}.`,
      data: { table },
    });
  }
  if (version === undefined) return versions;
  const named = tables.filter(isNamed);
  const [only] = named;
  if (only !== undefined && named.length === 1) return new Map([...versions, [only, version]]);
  throw new UserError({
    code: 'unclear-version',
    problem: `The statement names ${named.length === 0 ? 'no table' : named.join(', ')}, so that version ${version} may be of any.`,
    remedy: `Say of which: --at ${(named.length === 0 ? ['edw_x'] : named).map((table) => `${table}=${version}`).join(',')}; or give a time.`,
    data: { tables: named, version },
  });
}

async function requireVersion(
  db: Queryable,
  table: string,
  version: number,
  oldest: PastVersion | undefined,
): Promise<PastVersion> {
  const found = await pastVersion(db, table, version);
  if (found !== undefined) return found;
  if (oldest !== undefined && version < oldest.version) throw forgotten(table, oldest);
  throw new UserError({
    code: 'no-such-version',
    problem: `${table} never had a version ${version}${oldest === undefined ? '; nothing was ever committed to it' : ''}.`,
    remedy: 'farelake table versions lists those that there are.',
    data: { table, version },
  });
}

/** Why a version cannot be read any more, and what to do. */
export async function versionGone(db: Queryable, table: string, { version, committedAt }: PastVersion) {
  const oldest = await oldestWhole(db, table);
  const since =
    oldest === undefined
      ? ''
      : `; the oldest from which on all can be read is ${oldest.version}, of ${oldest.committedAt}`;
  return new UserError({
    code: 'version-gone',
    problem: `Version ${version} of ${table}, of ${committedAt}, cannot be read any more: maintenance has removed files of it${since}.`,
    remedy:
      'farelake maintain keeps files for seven days after the version that removed them, or as long as its --retention says.',
    data: { table, version, oldest: oldest?.version ?? null },
  });
}
