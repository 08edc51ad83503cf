import { DatabaseNewerThanCode, MigrationError } from './errors.ts';

/** One numbered SQL file. */
export interface Migration {
  readonly version: number;
  /** What follows the number, without `.sql`. */
  readonly name: string;
  /** The file's name, `0001_objects.sql`. */
  readonly file: string;
  readonly sql: string;
  /** SHA-256 of the text with line ends as `\n`. */
  readonly checksum: string;
}

/** A row of `ledger.migrations`. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Number and name out of a file name; undefined for a file that is no SQL. */
export function migrationName(file: string): { version: number; name: string } | undefined {
  if (!/\.sql$/i.test(file)) return undefined;
  const [, number, name] = FILE_NAME.exec(file) ?? [];
  // Passing over a misspelled file would leave its tables away without a word.
  if (number === undefined || name === undefined)
    throw new MigrationError('bad-name', `${file} is not named like a migration.`, {
      data: { file },
      remedy: 'Name it <four digits>_<lower_case_words>.sql, for example 0007_receipts.sql.',
    });
  return { version: Number(number), name };
}

/**
 * Which migrations are to be applied, in order, given the files of the code and those the database has.
 * @throws MigrationError for files that are misnumbered, changed after being applied, or that commit by themselves
 * @throws DatabaseNewerThanCode where the database has more than the files
 */
export function planMigrations(files: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const known = files.toSorted((a, b) => a.version - b.version || (a.file < b.file ? -1 : 1));
  refuseMisnumbered(known);
  const done = applied.toSorted((a, b) => a.version - b.version);
  const newest = done.at(-1)?.version ?? 0;
  // Before the checksums: of a database that is ahead, the older files may rightly differ.
  if (newest > known.length) throw new DatabaseNewerThanCode(newest, known.length);
  done.forEach((row, index) => {
    refuseLedgerGap(row, index + 1);
    refuseChanged(row, known[index]);
  });
  const pending = known.slice(done.length);
  pending.forEach(refuseOwnTransaction);
  return pending;
}

function refuseMisnumbered(files: readonly Migration[]): void {
  files.forEach((file, index) => {
    const before = files[index - 1];
    if (before?.version === file.version)
      throw new MigrationError('number-twice', `${before.file} and ${file.file} have the same number.`, {
        data: { file: file.file, other: before.file },
        remedy: 'Give the one that is not yet merged the next free number.',
      });
    if (file.version !== index + 1)
      throw new MigrationError('number-missing', `Migration ${index + 1} is missing before ${file.file}.`, {
        data: { file: file.file, missing: index + 1 },
        remedy: 'Number migrations from 0001 without a gap.',
      });
  });
}

function refuseLedgerGap(row: AppliedMigration, expected: number): void {
  if (row.version === expected) return;
  throw new MigrationError('ledger-gap', `ledger.migrations has version ${row.version} but not ${expected}.`, {
    data: { version: row.version, missing: expected },
    remedy: 'The table was edited by hand: restore the missing row, or the database from a backup.',
  });
}

function refuseChanged(row: AppliedMigration, file: Migration | undefined): void {
  if (file?.checksum === row.checksum && file.name === row.name) return;
  const name = file?.file ?? row.name;
  throw new MigrationError('changed', `${name} is not the file that was applied as migration ${row.version}.`, {
    data: { file: name, version: row.version, applied: row.name },
    remedy: `Restore ${name} as it was, and put the change into a new migration.`,
  });
}

// plpgsql's BEGIN stands without a semicolon, so blocks of functions pass.
const OWN_TRANSACTION = /^[ \t]*(begin|commit|rollback|start[ \t]+transaction)([ \t]+(work|transaction))?[ \t]*;/im;

function refuseOwnTransaction(file: Migration): void {
  const found = OWN_TRANSACTION.exec(file.sql);
  if (found === null) return;
  const line = file.sql.slice(0, found.index).split('\n').length;
  throw new MigrationError('own-transaction', `${file.file}:${line} begins or ends a transaction.`, {
    data: { file: file.file, line },
    remedy: 'Leave it out: each migration runs in one transaction already.',
  });
}
