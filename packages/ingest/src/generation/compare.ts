/** How a generation differs from the one that is shown, in keys, and whether that is suspicious. */
import type { Manifest } from '@farelake/db';
import type { Engine } from '@farelake/lake';
import { quoteIdentifier as q, type Contract } from '@farelake/schema-registry';
import { currentColumns } from '../columns.ts';
import { sameKeySql } from '../fold/segments.ts';
import { withEngine, type Workspace } from '../workspace.ts';

export interface Comparison {
  readonly rows: number;
  readonly liveRows: number;
  /** Keys that the live one has, and the other not. */
  readonly keysLost: number;
  readonly keysGained: number;
}

/** Reads the keys of both, file by file, so that of a bucket's files no more than one is in the scratch folder. */
export async function compareGenerations(
  workspace: Workspace,
  contract: Contract,
  live: Manifest,
  candidate: Manifest,
): Promise<Comparison> {
  return withEngine(workspace, async (engine) => {
    await readKeys(engine, contract, '@live', live);
    await readKeys(engine, contract, '@candidate', candidate);
    return {
      rows: candidate.rows,
      liveRows: live.rows,
      keysLost: await countMissing(engine, contract, '@live', '@candidate'),
      keysGained: await countMissing(engine, contract, '@candidate', '@live'),
    };
  });
}

async function readKeys(engine: Engine, contract: Contract, relation: string, { files }: Manifest): Promise<void> {
  const columns = currentColumns(contract).filter(({ name }) => contract.key.includes(name));
  const keys = columns.map(({ name }) => q(name)).join(', ');
  const select = async (of: Manifest['files']) => `SELECT ${keys} FROM ${await engine.files.sql(of, columns)} f`;
  await engine.run(`CREATE TEMP TABLE ${q(relation)} AS ${await select([])}`);
  for (const file of files) {
    await engine.run(`INSERT INTO ${q(relation)} ${await select([file])}`);
    await engine.files.release([file]);
  }
}

async function countMissing(engine: Engine, contract: Contract, of: string, from: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) AS n FROM ${q(of)} a
    WHERE NOT EXISTS (SELECT 1 FROM ${q(from)} b WHERE ${sameKeySql(contract, 'a', 'b')})`);
  return Number(row?.['n']);
}

/** Unless the contract says otherwise. */
const MAX_SHRINK = 0.2;

/** Why a person has to look at it; undefined: nothing is suspicious. Pure. */
export function suspicion({ generations }: Pick<Contract, 'generations'>, compared: Comparison): string | undefined {
  const { liveRows, rows, keysLost, keysGained } = compared;
  const allowed = generations?.maxShrink ?? MAX_SHRINK;
  // An empty table has nothing to lose.
  const share = liveRows === 0 ? 0 : keysLost / liveRows;
  if (share <= allowed) return undefined;
  return `it has ${rows} rows where the one in use has ${liveRows}: ${keysLost} keys are lost (${percent(share)}, at most ${percent(allowed)} may be), ${keysGained} gained`;
}

const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;
