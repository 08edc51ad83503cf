/** An Avro file as JSON, by avsc's own decoder: it shares neither our container nor our names of fields. */
import avro from 'avsc';

export interface ReadAvro {
  /** Of the header, as text; the codec left out. */
  readonly header: Readonly<Record<string, string>>;
  readonly records: readonly unknown[];
}

export async function readAvro(file: string): Promise<ReadAvro> {
  const decoder = avro.createFileDecoder(file);
  let header: Record<string, Buffer> = {};
  decoder.on('metadata', (_type: unknown, _codec: unknown, parsed: { meta: Record<string, Buffer> }) => {
    header = parsed.meta;
  });
  const records: unknown[] = [];
  for await (const record of decoder) records.push(record);
  const { 'avro.codec': codec, ...rest } = Object.fromEntries(
    Object.entries(header).map(([name, bytes]) => [name, bytes.toString('utf8')]),
  );
  if (codec !== 'deflate') throw new Error(`${file} is packed by ${String(codec)}`);
  return { header: rest, records };
}

/** Bytes in hexadecimal. */
export const asJson = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one: unknown) => {
      const bytes = one as { type?: unknown; data?: number[] } | null;
      return typeof one === 'object' && bytes?.type === 'Buffer' ? Buffer.from(bytes.data ?? []).toString('hex') : one;
    }),
  );
