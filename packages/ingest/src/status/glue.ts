/** What a dataset's tables show in Glue. */
import { gluePublications, type GluePublication, type Queryable } from '@farelake/db';
import { historyName } from '@farelake/schema-registry';

/** One table of a dataset in Glue: `edw_x`, `edw_x_history`. */
export interface GlueStatus {
  readonly table: string;
  /** 0: nothing was published yet. */
  readonly version: number;
  readonly publishedAt: Date | null;
  /** How often a pointer that somebody else had set was set right. */
  readonly healed: number;
  readonly healedAt: Date | null;
  readonly trouble: string | null;
}

/**
 * @param database of Glue; undefined: nothing is published there, whatever was before
 * @returns the tables of a dataset that were published, or were to be; null: nothing is
 */
export async function glueStatus(
  db: Queryable,
  database: string | undefined,
): Promise<(dataset: string) => readonly GlueStatus[] | null> {
  if (database === undefined) return () => null;
  const records = await gluePublications(db, database);
  return (dataset) =>
    [dataset, historyName(dataset)].flatMap((table) => {
      const record = records.get(table);
      return record === undefined ? [] : [statusOf(record)];
    });
}

const statusOf = ({ tableName, version, publishedAt, healed, healedAt, trouble }: GluePublication): GlueStatus => ({
  table: tableName,
  ...{ version, publishedAt, healed, healedAt, trouble },
});

/** Why readers of Glue see an older version of one of the tables; null: nothing is known against it. */
export const glueTrouble = (glue: readonly GlueStatus[] | null): string | null =>
  glue?.find((one) => one.trouble !== null)?.trouble ?? null;
