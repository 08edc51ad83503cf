import { UserError } from '@farelake/schema-registry';

export interface SchemaChange {
  /** What changed: `column 101 (amount)`. */
  readonly what: string;
  /** As it is in the table. */
  readonly from: string;
  /** As it should become. */
  readonly to: string;
}

/** A change of columns that readers of files written before could not follow. Nothing was changed. */
export class IncompatibleSchema extends UserError {
  readonly change: SchemaChange;

  constructor(change: SchemaChange) {
    const { what, from, to } = change;
    super({
      code: 'incompatible-schema',
      problem: `${what} cannot change from ${from} to ${to}: files written before could not be read.`,
      remedy: 'Give the column a new id in its contract, or take the change back.',
      data: { what, from, to },
    });
    this.change = change;
  }
}
