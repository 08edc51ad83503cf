/** Files in the table whose `.dfm` was replaced, after they were loaded, by one that says otherwise. */
import { describedAnew, type DescribedAnew, type Queryable } from '@farelake/db';
import { dfmDifferences, parseObjectKey } from '@farelake/qlik';
import { UserError } from '@farelake/schema-registry';

export interface DescribedAnewStatus {
  /** Nothing was done about it: a replay takes them through by the new one. */
  readonly describedAnew: {
    readonly files: number;
    /** At most 20. */
    readonly examples: readonly {
      readonly load: number;
      readonly object: string;
      /** What the `.dfm` says otherwise. */
      readonly text: string;
    }[];
  };
}

const EXAMPLES = 20;

export async function describedAnewStatus(db: Queryable): Promise<(table: string) => DescribedAnewStatus> {
  const byTable = Map.groupBy(await toldAnew(db), ({ dataset }) => dataset);
  return (table) => {
    const files = byTable.get(table) ?? [];
    const examples = files
      .slice(0, EXAMPLES)
      .map(({ loadId: load, objectKey: object, text }) => ({ load, object, text }));
    return { describedAnew: { files: files.length, examples } };
  };
}

/** @returns in order of arrival; those that only say the same in other words are left out */
export async function toldAnew(
  db: Queryable,
  dataset?: string,
): Promise<(Pick<DescribedAnew, 'loadId' | 'dataset' | 'objectKey'> & { text: string })[]> {
  return (await describedAnew(db, dataset)).flatMap((load) => {
    const text = differences(load);
    return text === '' ? [] : [{ loadId: load.loadId, dataset: load.dataset, objectKey: load.objectKey, text }];
  });
}

function differences({ objectKey, former, now }: DescribedAnew): string {
  const object = parseObjectKey(objectKey);
  if (object === undefined) throw new Error(`the ledger holds an object key that is none: ${objectKey}`);
  try {
    return dfmDifferences(former, now, `${object.stem}.dfm`, object).join(', ');
  } catch (error) {
    if (error instanceof UserError) return error.problem.replace(/\.$/, '');
    throw error;
  }
}
