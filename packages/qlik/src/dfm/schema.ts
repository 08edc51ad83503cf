/** Shape of a `.dfm`: strict on what matters, open to fields this project does not know. */
const time = { type: ['string', 'null'] } as const;
const count = { type: 'integer', minimum: 0 } as const;
/** Of ASCII, as engines read quotes by the byte. */
const oneOrNone = {
  type: 'string',
  pattern: '^[\\x01-\\x09\\x0b\\x0c\\x0e-\\x7f]?$',
  description: 'one ASCII character, no line break, or empty',
} as const;

export const DFM_SCHEMA = {
  type: 'object',
  required: ['fileInfo', 'formatInfo', 'dataInfo'],
  properties: {
    fileInfo: {
      type: 'object',
      required: ['recordCount'],
      properties: {
        recordCount: count,
        startWriteTimestamp: time,
        endWriteTimestamp: time,
        firstTransactionTimestamp: time,
        lastTransactionTimestamp: time,
      },
    },
    formatInfo: {
      type: 'object',
      required: ['options'],
      properties: {
        format: { const: 'delimited' },
        options: {
          type: 'object',
          required: ['fieldDelimiter', 'nullValue', 'quoteChar', 'escapeChar'],
          properties: {
            fieldDelimiter: { type: 'string', pattern: '^[^\\0\\r\\n]$', description: 'one character, no line break' },
            recordDelimiter: { enum: ['\n', '\r\n', '\r'] },
            nullValue: { type: 'string', pattern: '^[^\\0\\r\\n]*$', description: 'text without line breaks' },
            quoteChar: oneOrNone,
            escapeChar: oneOrNone,
          },
        },
      },
    },
    dataInfo: {
      type: 'object',
      required: ['sourceSchema', 'sourceTable', 'columns'],
      properties: {
        sourceSchema: { type: 'string', minLength: 1 },
        sourceTable: { type: 'string', minLength: 1 },
        tableVersion: count,
        columns: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['ordinal', 'name', 'type'],
            properties: {
              ordinal: { type: 'integer', minimum: 1 },
              name: { type: 'string', minLength: 1 },
              type: { type: 'string', minLength: 1 },
              length: { type: 'integer' },
              precision: { type: 'integer' },
              scale: { type: 'integer' },
              primaryKeyPos: count,
            },
          },
        },
      },
    },
  },
} as const;

/** What the schema lets through. */
export interface DfmJson {
  fileInfo: {
    recordCount: number;
    startWriteTimestamp?: string | null;
    endWriteTimestamp?: string | null;
    firstTransactionTimestamp?: string | null;
    lastTransactionTimestamp?: string | null;
  };
  formatInfo: { options: { fieldDelimiter: string; nullValue: string; quoteChar: string; escapeChar: string } };
  dataInfo: {
    sourceSchema: string;
    sourceTable: string;
    tableVersion?: number;
    columns: {
      ordinal: number;
      name: string;
      type: string;
      length?: number;
      precision?: number;
      scale?: number;
      primaryKeyPos?: number;
    }[];
  };
}
