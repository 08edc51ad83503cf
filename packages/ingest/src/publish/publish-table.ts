/**
 * Publishes a current table as `ods.<dataset>` in Postgres, and records there which version it shows, in the same
 * transaction: a process that dies, and one that comes second, change nothing. What goes wrong here is the publication's
 * own trouble: it is recorded, shown, and tried again by the next ingest; the table in the lake goes on.
 */
import {
  LeaseLost,
  lockPublication,
  readVersion,
  versionDifference,
  writePublication,
  writePublicationTrouble,
  type Manifest,
} from '@farelake/db';
import type { PoolClient } from 'pg';
import type { Contract } from '@farelake/schema-registry';
import { reach } from '../failpoint.ts';
import type { OnProgress } from '../progress.ts';
import { isPassing } from '../retry/passing.ts';
import { inTable } from '../table/in-table.ts';
import { shownHold } from '../treatment/hold.ts';
import type { TableWorkspace } from '../workspace.ts';
import { copyAll } from './copy-all.ts';
import { planPublication, type PublicationPlan } from './plan.ts';
import { readPresent } from './present.ts';
import { TargetChanged, type Publication } from './publication.ts';
import { replaceChanged } from './replace-changed.ts';
import { shapeOf, TARGET, type RecordedShape, type Shape } from './shape.ts';
import { describeTrouble, filesGone } from './trouble.ts';

/** How the target came to the newest version. */
export type Published = 'nothing' | 'changes' | 'copy' | 'trouble';

/** @param workspace without trouble of the database itself, which is passed on, this never throws but when stopped */
export async function publishTable(
  workspace: TableWorkspace,
  contract: Contract,
  onProgress?: OnProgress,
): Promise<Published> {
  if (!contract.publish.postgres) return 'nothing';
  const { signal } = workspace;
  try {
    const shape = shapeOf(contract);
    const attempt = (copyAnew: boolean) =>
      inTable(workspace, (client) => publish({ workspace, contract, client, shape, onProgress }, copyAnew));
    const published = await attempt(false).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof TargetChanged || filesGone(error)) return attempt(true);
      throw error;
    });
    if (published !== 'nothing') reach('publish:committed');
    return published;
  } catch (error) {
    signal.throwIfAborted();
    // Says nothing about the publication: the table's work is tried again, and this with it.
    if (isPassing(error) || error instanceof LeaseLost) throw error;
    const trouble = await describeTrouble(workspace, contract, error);
    await inTable(workspace, (db) => writePublicationTrouble(db, TARGET, contract.dataset, trouble));
    return 'trouble';
  }
}

interface PublishWork extends Pick<Publication, 'workspace' | 'contract' | 'client' | 'shape'> {
  readonly onProgress: OnProgress | undefined;
}

/** @param copyAnew whatever differs, all rows are copied */
async function publish(work: PublishWork, copyAnew: boolean): Promise<'nothing' | 'changes' | 'copy'> {
  const { workspace, contract, client, shape, onProgress } = work;
  const { dataset } = contract;
  // Somebody who reads the table for hours must not keep all other readers waiting behind us.
  await client.query(`SET LOCAL lock_timeout = '10s'`);
  // While the engine reads and sorts, the connection is idle for as long as that takes.
  await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
  const record = await lockPublication(client, TARGET, dataset);
  const manifest = { tableName: dataset, ...(await readVersion(client, dataset)) };
  if (manifest.version === 0) return 'nothing';
  // Read as such a contract says, files would show what they do not hold. The table itself is held and says why.
  if ((await shownHold(client, contract)) !== undefined) return 'nothing';
  const present = await readPresent(client, dataset);
  const planned = planPublication(record, present, shape, newestOf(manifest));
  const plan = copyAnew ? copyInstead(planned) : planned;
  if (plan.way === 'nothing') {
    if (record?.trouble != null) await writePublicationTrouble(client, TARGET, dataset, null);
    return 'nothing';
  }
  const files = await versionDifference(client, dataset, plan.way === 'copy' ? 0 : plan.from, manifest.version);
  const publication: Publication = {
    workspace,
    contract,
    client,
    shape,
    present,
    rowsBefore: record?.rows ?? 0,
    rows: manifest.rows,
    files,
    onRows: (rows) => onProgress?.({ step: 'publishing', table: dataset, rows }),
  };
  reach('publish:before');
  if (plan.way === 'copy') await copyAll(publication, plan);
  else await replaceChanged(publication, plan.alterations);
  reach('publish:written');
  await recordPublication(client, contract, manifest, shape);
  reach('publish:committing');
  return plan.way;
}

type Version = Pick<Manifest, 'tableName' | 'version' | 'rows' | 'fold'>;

const newestOf = ({ tableName, version, fold }: Version) => ({
  dataset: tableName,
  version,
  generation: fold?.generation ?? null,
  rules: fold?.rules ?? null,
});

function copyInstead(plan: PublicationPlan): PublicationPlan {
  if (plan.way !== 'changes') return plan;
  return { way: 'copy', why: 'changes alone would not do', alterations: plan.alterations, sameKey: true };
}

async function recordPublication(
  client: PoolClient,
  { dataset }: Contract,
  manifest: Version,
  shape: Shape,
): Promise<void> {
  const table = (await readPresent(client, dataset))?.oid ?? 0;
  const { version, generation, rules } = newestOf(manifest);
  const recorded: RecordedShape = { ...shape, table, rules };
  await writePublication(client, TARGET, { dataset, version, generation, shape: recorded, rows: manifest.rows });
}
