/** One publication under way: what its steps work with. */
import type { PoolClient } from 'pg';
import type { VersionDifference } from '@farelake/db';
import type { Contract } from '@farelake/schema-registry';
import type { Workspace } from '../workspace.ts';
import type { PresentTable } from './present.ts';
import type { Shape } from './shape.ts';

export interface Publication {
  readonly workspace: Workspace;
  readonly contract: Contract;
  /** Connection of the transaction that everything happens in. */
  readonly client: PoolClient;
  readonly shape: Shape;
  readonly present: PresentTable | undefined;
  /** Rows of the target so far. */
  readonly rowsBefore: number;
  /** Rows of the newest version. */
  readonly rows: number;
  readonly files: VersionDifference;
  /** Told of the rows copied so far. */
  readonly onRows: (rows: number) => void;
}

/** What was published last is nothing to build upon, most often because somebody else wrote there: all rows are to be copied. */
export class TargetChanged extends Error {}
