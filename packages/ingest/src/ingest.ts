/** Everything delivered below a folder becomes tables: register, then each table until nothing is left to do. */
import { deliveredTables } from '@farelake/db';
import type { ObjectStore } from '@farelake/lake';
import type { OnProgress } from './progress.ts';
import { register, type Registered } from './register.ts';
import { workTable, type TableDone } from './table/work-table.ts';
import { sweepScratch, type Workspace } from './workspace.ts';

export interface IngestOptions {
  /** Only this dataset. */
  readonly dataset?: string;
  readonly onProgress?: OnProgress;
}

export interface Ingested {
  readonly registered: Registered;
  readonly tables: readonly ({ readonly dataset: string } & TableDone)[];
  /** Tables whose work ended with an error, which the ledger keeps as their trouble. */
  readonly troubled: readonly { readonly dataset: string; readonly error: unknown }[];
}

export async function ingest(workspace: Workspace, store: ObjectStore, options: IngestOptions = {}): Promise<Ingested> {
  await sweepScratch(workspace.scratch);
  const registered = await register(workspace, store, options);
  const tables: ({ dataset: string } & TableDone)[] = [];
  const troubled: { dataset: string; error: unknown }[] = [];
  const delivered = await deliveredTables(workspace.pool);
  for (const { dataset } of delivered.filter(
    (table) => options.dataset === undefined || table.dataset === options.dataset,
  )) {
    const contract = workspace.contracts.get(dataset);
    try {
      tables.push({ dataset, ...(await workTable({ workspace, dataset, contract, onProgress: options.onProgress })) });
    } catch (error) {
      workspace.signal.throwIfAborted();
      troubled.push({ dataset, error });
    }
  }
  return { registered, tables, troubled };
}
