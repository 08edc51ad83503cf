import type { CsvFormat } from '@farelake/schema-registry';

/** How the vendor writes the files of datasets, which have no description beside them: RFC 4180, an empty field is NULL. */
export const DMAP_CSV: CsvFormat = {
  fieldDelimiter: ',',
  nullValue: '',
  quoteChar: '"',
  escapeChar: '',
};
