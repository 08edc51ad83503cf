/**
 * Whether files that were written by another version of the contract can be read by the one of now: not every text is a number.
 * What a type has been may not be looked up in the registry, which has the newest version alone; the files tell it.
 */
import { filesOfOtherContracts, type Queryable } from '@farelake/db';
import { writtenTypes, type Engine, type ViewColumn } from '@farelake/lake';
import { storedColumns, type Contract } from '@farelake/schema-registry';
import { datasetColumns, historyColumns } from '../columns.ts';
import { loadedTable } from '../table/table-names.ts';
import { withEngine, type Workspace } from '../workspace.ts';

/**
 * Why nothing can be made of what loads wrote by another version of the contract; undefined: nothing is in the way. Only for
 * a table that has such files is an engine opened.
 */
export async function typesHold(workspace: Workspace, contract: Contract): Promise<string | undefined> {
  const { pool } = workspace;
  const table = loadedTable(contract);
  if ((await filesOfOtherContracts(pool, table, contract.version)).length === 0) return undefined;
  const columns = contract.feed === 'dmap' ? datasetColumns(contract) : historyColumns(contract);
  return withEngine(workspace, (engine) => typesOtherwise(engine, pool, contract, table, columns));
}

/** Why the table's files cannot be read as the contract says, and what to do; undefined: they can. */
export async function typesOtherwise(
  engine: Engine,
  db: Queryable,
  contract: Contract,
  table: string,
  columns: readonly ViewColumn[],
): Promise<string | undefined> {
  const own = new Map(storedColumns(contract).map((column) => [column.id, column]));
  for (const file of await filesOfOtherContracts(db, table, contract.version)) {
    const [source = ''] = await engine.files.open([file]);
    const types = await writtenTypes(engine, source);
    for (const { id, type } of columns) {
      const [written, column] = [types.get(id), own.get(id)];
      // What hashing made of a type is told with its treatment.
      if (written === undefined || column?.treatment !== 'keep' || isReadableAs(written, type)) continue;
      return (
        `files of version ${file.contractVersion} of the contract have column ${column.sourceName} as ${written}, and the contract says ${column.type}. ` +
        `Set its type back, or take all loads through again (farelake replay).`
      );
    }
  }
  return undefined;
}

/** Whether every value of the one type of the engine is one of the other. */
function isReadableAs(written: string, wanted: string): boolean {
  if (written === wanted || wanted === 'VARCHAR') return true;
  const [from, to] = [decimalOf(written), decimalOf(wanted)];
  if (to === undefined) return false;
  if (written === 'BIGINT') return to.whole >= 19;
  return from !== undefined && from.whole <= to.whole && from.scale <= to.scale;
}

function decimalOf(type: string): { readonly whole: number; readonly scale: number } | undefined {
  const [, precision, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  return precision === undefined ? undefined : { whole: Number(precision) - Number(scale), scale: Number(scale) };
}
