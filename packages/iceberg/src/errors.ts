/**
 * What goes wrong by a file or by what the caller gave, as against a fault of this package. Told apart by class, or by `code`
 * where errors come from two copies of the package. Messages are whole sentences and say where; what is to be done, the caller knows.
 */
export abstract class IcebergError extends Error {
  abstract readonly code: string;
}

/** A metadata file that is not what it should be: damaged, cut off, at odds with itself, or of a kind that is not read here. */
export class BadMetadata extends IcebergError {
  override readonly name = 'BadMetadata';
  readonly code = 'bad-metadata';

  constructor(problem: string, cause?: unknown) {
    super(problem, cause === undefined ? {} : { cause });
  }
}

export interface SchemaChange {
  /** What changed: `column 101 (amount)`. */
  readonly what: string;
  /** As it is in the table. */
  readonly from: string;
  /** As it should become. */
  readonly to: string;
}

/** A change of columns that readers of files written before could not follow. Nothing was changed. */
export class IncompatibleSchema extends IcebergError {
  override readonly name = 'IncompatibleSchema';
  readonly code = 'incompatible-schema';
  readonly change: SchemaChange;

  constructor(change: SchemaChange) {
    const { what, from, to } = change;
    super(
      `${what} cannot change from ${from} to ${to}: files written before could not be read. A column of another id can be so, and so can this one in a table none of whose files are left.`,
    );
    this.change = change;
  }
}

/** Something to remove that the table does not have: what the caller knows of the table is wrong. Nothing was written. */
export class UnknownFile extends IcebergError {
  override readonly name = 'UnknownFile';
  readonly code = 'unknown-file';
  readonly paths: readonly string[];

  constructor(paths: readonly string[], table: string) {
    const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
    super(`to remove from ${table}, which does not have it: ${paths[0] ?? ''}${more}`);
    this.paths = paths;
  }
}

/** Something that no table can have, or that this package does not write, was given. Nothing was written. */
export class BadInput extends IcebergError {
  override readonly name = 'BadInput';
  readonly code = 'bad-input';
}

/** What was given, for a message: callers without a compiler may give anything, and not all of it has a text. */
export const asGiven = (given: unknown): string =>
  typeof given === 'string' ? `"${given}"` : typeof given === 'object' && given !== null ? 'an object' : String(given);
