import { DbError } from '../errors.ts';
import type { ErrorDetails } from '../errors.ts';

export type MigrationErrorCode =
  | 'not-utf8'
  | 'bad-name'
  | 'number-twice'
  | 'number-missing'
  | 'own-transaction'
  | 'changed'
  | 'ledger-gap'
  | 'newer'
  | 'failed';

/** The migrations of the code, or those of the database, are not as they must be; `data.file` names the file. */
export class MigrationError extends DbError<MigrationErrorCode> {}

/** The database was migrated by newer code; older code must not touch it. */
export class DatabaseNewerThanCode extends MigrationError {
  constructor(database: number, code: number, details?: Partial<ErrorDetails>) {
    super('newer', `The database stands at migration ${database}, this code knows ${code}.`, {
      data: { database, code },
      remedy: 'Update farelake to the version that migrated this database, or use another database.',
      ...details,
    });
  }
}
