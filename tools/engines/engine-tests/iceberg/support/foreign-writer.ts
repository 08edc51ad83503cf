/** PyIceberg with a login that may write, as somebody's notebook would be. */
import path from 'node:path';
import { Child } from '../../../src/iceberg/child.ts';
import { CATALOG, installation, NAMESPACE } from './readers.ts';

export interface ForeignWriter {
  /** Reads a table's metadata. @returns where it lies */
  load(table: string): Promise<string>;
  /** Commits a row to the table as it was loaded. @returns where the metadata lies then; or the refusal, in its words */
  append(): Promise<{ readonly location: string } | { readonly refused: string }>;
  close(): Promise<void>;
}

export function openForeignWriter(databaseUrl: string): ForeignWriter {
  const uri = databaseUrl.replace(/^postgres(ql)?:/, 'postgresql+psycopg2:');
  const child = new Child(
    installation().pyiceberg,
    [path.join(import.meta.dirname, 'foreign_writer.py'), CATALOG, uri],
    { PYTHONPATH: path.resolve(import.meta.dirname, '../../../src/iceberg') },
  );
  return {
    load: async (table) => String(await child.ask({ what: 'load', namespace: NAMESPACE, table })),
    append: () =>
      child.ask({ what: 'append' }).then(
        (location) => ({ location: String(location) }),
        (error: unknown) => ({ refused: String(error) }),
      ),
    close: () => child.close(),
  };
}
