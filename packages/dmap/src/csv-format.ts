import type { CsvFormat } from '@farelake/schema-registry';

/**
 * The one way in which the vendor writes the files of datasets, which have no description beside them: RFC 4180. Nothing unquoted
 * is NULL; a quoted nothing is empty text.
 */
export const DMAP_CSV: CsvFormat = {
  fieldDelimiter: ',',
  nullValue: '',
  quoteChar: '"',
  escapeChar: '',
};
