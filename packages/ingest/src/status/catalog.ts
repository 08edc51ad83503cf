/** What the Iceberg catalog says of a dataset's tables, where it is not what the last commit made it say. */
import { foreignPointers, type ForeignPointer, type Queryable } from '@farelake/db';
import { historyName } from '@farelake/schema-registry';
import { describeForeign } from '../catalog/foreign-commit.ts';
import { catalogTable } from '../catalog/place.ts';
import type { Workspace } from '../workspace.ts';

/** @returns of a dataset why one of its tables will take nothing in; null: nothing is known against it */
export async function catalogStatus(
  db: Queryable,
  workspace: Pick<Workspace, 'environment'>,
): Promise<(dataset: string) => string | null> {
  const { catalog, namespace } = catalogTable(workspace, '');
  const foreign = new Map((await foreignPointers(db, catalog, namespace)).map((one) => [one.tableName, one]));
  return (dataset) => {
    const one = foreign.get(dataset) ?? foreign.get(historyName(dataset));
    return one === undefined ? null : reasonOf(one, namespace);
  };
}

/** Which of the two it is, only the metadata tells, and a reset reads it. */
function reasonOf({ tableName, ours, found, elsewhere }: ForeignPointer, namespace: string): string {
  if (found === null && elsewhere !== null)
    return (
      `${tableName}: the catalog has it as ${elsewhere}.${tableName}, and not in ${namespace}. Set FARELAKE_ENVIRONMENT to what it was; ` +
      `or, if somebody moved the table, farelake catalog reset ${tableName} takes it back.`
    );
  return `${tableName}: ${describeForeign(ours, found ?? undefined)} farelake catalog reset ${tableName} makes the catalog show the ledger's version again.`;
}
