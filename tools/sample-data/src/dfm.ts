import type { DataFile } from './delivery.ts';
import type { Column, TableShape } from './table.ts';
import { isoTime } from './time.ts';

/** Where the vendor's replication runs, in invented names. */
const TASK = {
  name: 'FARES_EDW_TO_AGENCY',
  sourceEndpoint: 'EDW_REPLICA',
  sourceEndpointType: 'Oracle',
  sourceEndpointUser: 'qlik_reader',
  replicationServer: 'replicate-a',
  operation: 'dataProduction',
};

const describeColumn = (table: TableShape, column: Column, index: number) => ({
  ordinal: index + 1,
  name: column.name,
  type: column.type,
  length: column.length ?? 0,
  precision: column.precision ?? 0,
  scale: column.scale ?? 0,
  primaryKeyPos: table.keyInDfm ? table.key.indexOf(column.name) + 1 : 0,
});

/** The description beside a data file, its fields in the vendor's order. */
export const formatDfm = (delivery: DataFile, recordCount: number): string => {
  const { table, content } = delivery;
  const { fieldDelimiter, recordDelimiter, nullValue, quoteChar, escapeChar } = table.options;
  const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at));
  const dfm = {
    dfmVersion: '1.1',
    taskInfo: TASK,
    fileInfo: {
      name: `${delivery.namedStem}.csv`,
      extension: 'gz',
      location: `incoming/cubic/ods_qlik/${delivery.folder}`,
      startWriteTimestamp: isoTime(delivery.startWrite),
      endWriteTimestamp: isoTime(delivery.endWrite),
      firstTransactionTimestamp: isoOrNull(delivery.firstTransaction),
      lastTransactionTimestamp: isoOrNull(delivery.lastTransaction),
      // The `.dfm` that has the wrong name also has the wrong content, as in the vendor's own samples.
      content: delivery.namedStem === delivery.stem ? content : 'data',
      recordCount,
      errorCount: 0,
    },
    formatInfo: { format: 'delimited', options: { fieldDelimiter, recordDelimiter, nullValue, quoteChar, escapeChar } },
    dataInfo: {
      sourceSchema: table.schema,
      sourceTable: table.name,
      targetSchema: table.schema,
      targetTable: content === 'changes' ? `${table.name}__ct` : table.name,
      tableVersion: table.tableVersion,
      columns: delivery.columns.map((column, index) => describeColumn(table, column, index)),
    },
  };
  return `${JSON.stringify(dfm, null, 4)}\n`;
};
