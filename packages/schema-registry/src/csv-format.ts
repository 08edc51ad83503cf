/** How a delivered CSV file is written. */
export interface CsvFormat {
  /** One character. */
  readonly fieldDelimiter: string;
  /** One character, or empty: nothing is quoted. */
  readonly quoteChar: string;
  /** One character, or empty: a quote inside a quoted field is doubled. */
  readonly escapeChar: string;
  /** This text, unquoted, is NULL. */
  readonly nullValue: string;
}
