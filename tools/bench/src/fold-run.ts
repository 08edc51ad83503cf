/**
 * One fold in a process of its own, so that its memory is its own: `node fold-run.ts <home as JSON>`. Prints one line of
 * JSON, a `FoldRun`.
 */
import { loadsOf, readManifest } from '@farelake/db';
import { CHANGES_ONLY, foldTable, withTable } from '@farelake/ingest';
import { parseObjectKey } from '@farelake/qlik';
import { FOLD_CONTRACT } from './fold-data.ts';
import { inWorkspace, type FoldHome } from './fold-home.ts';
import { whileTold } from './iceberg/told.ts';

export interface FoldRun {
  readonly wallSeconds: number;
  /** Of them, those that the table's Iceberg snapshot took in the commit. */
  readonly snapshotSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly bytesWritten: number;
  readonly segmentsWritten: number;
  readonly segments: number;
  readonly rows: number;
}

async function run(home: FoldHome): Promise<FoldRun> {
  return inWorkspace(home, async (workspace) => {
    const loads = await loadsOf(workspace.pool, FOLD_CONTRACT.dataset);
    const files = loads
      .filter((load) => load.objectKey.includes('/LOAD'))
      .map((load) => ({ loadId: load.id, object: parseObjectKey(load.objectKey) }));
    const began = performance.now();
    const startUp = process.cpuUsage();
    // The generation is that of the snapshot's files; only their loads count here.
    const generation = { ...CHANGES_ONLY, files: files as unknown as typeof CHANGES_ONLY.files };
    const { result: outcome, told } = await whileTold(() =>
      withTable(workspace, FOLD_CONTRACT.dataset, (own) => foldTable(own, FOLD_CONTRACT, generation)),
    );
    const wallSeconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(startUp);
    const { maxRSS } = process.resourceUsage();
    if (outcome?.result !== 'committed') throw new Error(`the fold did not commit: ${JSON.stringify(outcome)}`);
    const { files: segments, version, rows } = await readManifest(workspace.pool, FOLD_CONTRACT.dataset);
    const { rows: added } = await workspace.pool.query<{ n: number; bytes: number }>(
      'SELECT count(*) AS n, coalesce(sum(size), 0)::bigint AS bytes FROM ledger.files WHERE table_name = $1 AND version_added = $2',
      [FOLD_CONTRACT.dataset, version],
    );
    return {
      wallSeconds,
      snapshotSeconds: told.reduce((sum, { seconds }) => sum + seconds, 0),
      cpuSeconds: (user + system) / 1e6,
      peakBytes: maxRSS * 1024,
      bytesWritten: Number(added[0]?.bytes),
      segmentsWritten: Number(added[0]?.n),
      segments: segments.length,
      rows,
    };
  });
}

process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '{}') as FoldHome))}\n`);
