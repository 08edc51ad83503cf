/** Small `.dfm` files as text, whole unless a case changes something. */

type Json = Record<string, unknown>;

export interface DfmParts {
  readonly columns?: readonly (string | Json)[];
  readonly fileInfo?: Json;
  readonly options?: Json;
  readonly dataInfo?: Json;
}

export const CHANGE_HEADER = ['header__change_seq', 'header__change_oper', 'header__timestamp', 'header__change_mask'];

/** The JSON of a `.dfm` of EDW.X; columns by name are strings. Undefined members are left out. */
export function dfmJson({ columns = ['ID', 'NAME'], fileInfo, options, dataInfo }: DfmParts = {}) {
  return {
    dfmVersion: '1.1',
    taskInfo: { name: 'task' },
    fileInfo: { name: 'LOAD1.csv', content: 'data', recordCount: 2, errorCount: 0, ...fileInfo },
    formatInfo: {
      format: 'delimited',
      options: {
        fieldDelimiter: ',',
        recordDelimiter: '\n',
        nullValue: '',
        quoteChar: '"',
        escapeChar: '',
        ...options,
      },
    },
    dataInfo: {
      sourceSchema: 'EDW',
      sourceTable: 'X',
      tableVersion: 1,
      columns: columns.map((column, index) => ({
        ordinal: index + 1,
        type: 'STRING',
        ...(typeof column === 'string' ? { name: column } : column),
      })),
      ...dataInfo,
    },
  };
}

export const dfmText = (parts?: DfmParts): string => JSON.stringify(dfmJson(parts));
