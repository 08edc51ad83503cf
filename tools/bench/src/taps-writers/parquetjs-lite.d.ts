/** What of it is used here; it has no types of its own. */
declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Schema {
    readonly fieldList: readonly { readonly name: string }[];
  }
  interface Writer {
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }
  const parquet: {
    ParquetSchema: new (fields: Record<string, { type: string; compression: string; optional: boolean }>) => Schema;
    ParquetWriter: {
      openStream(schema: Schema, stream: Writable, options: { rowGroupSize: number }): Promise<Writer>;
    };
  };
  export default parquet;
}
