/**
 * What one writes by hand instead of a fold, in a process of its own: `node fold-by-hand.ts <ByHand as JSON>`. The newest
 * change of each key is laid over its row, everything else is copied, the table is one new file in no order. It knows
 * neither masks nor moves, late files nor conflicts, and counts a key's second sparse change as its only one.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { currentColumns, historyColumns } from '@farelake/ingest';
import { filesSql, openEngine } from '@farelake/lake';
import { quoteLiteral } from '@farelake/schema-registry';
import { FOLD_CONTRACT } from './fold-data.ts';

export interface ByHand {
  readonly folder: string;
  /** URIs of the current table's files, and of the changes'. */
  readonly current: readonly string[];
  readonly changes: readonly string[];
}

export interface ByHandRun {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly bytesWritten: number;
}

async function rewrite({ folder, current, changes }: ByHand): Promise<ByHandRun> {
  await mkdir(folder, { recursive: true });
  const target = path.join(folder, 'by-hand.parquet');
  const columns = currentColumns(FOLD_CONTRACT).map(({ name }) => name);
  const data = columns.map((name) => (name === 'transaction_id' ? `n.${name}` : `coalesce(n.${name}, c.${name})`));
  const began = performance.now();
  const startUp = process.cpuUsage();
  const engine = await openEngine({ tempFolder: path.join(folder, 'spill') });
  try {
    await engine.run(`CREATE TEMP TABLE newest AS SELECT * FROM ${filesSql(changes, historyColumns(FOLD_CONTRACT))}
      QUALIFY row_number() OVER (PARTITION BY transaction_id ORDER BY header__change_seq DESC) = 1`);
    const rows = filesSql(current, currentColumns(FOLD_CONTRACT));
    await engine.run(`COPY (
      SELECT c.* FROM ${rows} c ANTI JOIN newest n ON n.transaction_id = c.transaction_id
      UNION ALL SELECT ${data.join(', ')} FROM newest n LEFT JOIN ${rows} c ON n.transaction_id = c.transaction_id
      WHERE n.header__change_oper = 'I' OR n.header__change_oper = 'U' AND c.transaction_id IS NOT NULL
    ) TO ${quoteLiteral(target)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    engine.close();
  }
  const wallSeconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(startUp);
  const { maxRSS } = process.resourceUsage();
  const { size } = await stat(target);
  await rm(target);
  return { wallSeconds, cpuSeconds: (user + system) / 1e6, peakBytes: maxRSS * 1024, bytesWritten: size };
}

process.stdout.write(`${JSON.stringify(await rewrite(JSON.parse(process.argv[2] ?? '{}') as ByHand))}\n`);
