/** One try at a batch, and what it works with. */
import type { Batch, Load, LoadFacts, WaitingFor } from '@farelake/db';
import type { Engine, HmacKey } from '@farelake/lake';
import type { Dfm } from '@farelake/qlik';
import type { Contract } from '@farelake/schema-registry';
import type { TableWorkspace } from '../workspace.ts';

export interface BatchMember {
  readonly load: Load;
  readonly dfm: Dfm;
}

export interface Attempt {
  readonly workspace: TableWorkspace;
  readonly contract: Contract;
  readonly batch: Batch;
  /** Its id, part of every file name. */
  readonly attempt: string;
  readonly key: HmacKey | undefined;
  readonly engine: Engine;
  /** Scratch folder. */
  readonly folder: string;
}

/** A load that cannot go on with its batch. */
export type Spoiled =
  | {
      readonly load: Load;
      readonly event: 'fail';
      readonly reason: string;
      /** Of the error. */
      readonly code: string;
    }
  | {
      readonly load: Load;
      readonly event: 'wait';
      readonly waitingFor: WaitingFor;
      readonly reason: string;
      /** What was found out about it. */
      readonly facts?: LoadFacts;
    };
