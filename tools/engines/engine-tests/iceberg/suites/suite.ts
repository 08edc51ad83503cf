/** What the suites of `readers.test.ts` share: one database, one of each reader. */
import type { Pool } from 'pg';
import type { Readers } from '../support/readers.ts';

export interface Shared {
  readonly pool: Pool;
  /** Of the whole file, with blanks and signs in its name. */
  readonly folder: string;
  readonly readers: Readers;
}

/** There from `beforeAll` on. */
export type AskShared = () => Shared;
