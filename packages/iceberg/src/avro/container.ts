/**
 * Avro object container files (Avro specification 1.11, "Object Container Files"), whole in memory: manifests are some 100 kB.
 * `avsc` has streams for them, which do not fit: its encoder takes the header's schema and the type that encodes from one
 * argument, and so either drops the field ids or rounds longs. Its types encode the records, its codecs deflate.
 */
import avro, { type Type } from 'avsc';
import { BadMetadata } from '../errors.ts';
import { type AvroSchema, avroType } from './types.ts';

/** A record's bytes, however they came about. */
export type Encoded = Uint8Array;

export interface Container {
  /** Metadata of the header as text, `avro.schema` among it. */
  readonly header: Readonly<Record<string, string>>;
  /** Records one behind the other, of one block after the other, with how many there are. */
  readonly blocks: readonly { readonly count: number; readonly bytes: Buffer }[];
}

const MAGIC = Buffer.from('Obj\u0001', 'latin1');
const SYNC_BYTES = 16;
const SYNC: AvroSchema = { type: 'fixed', name: 'sync', size: SYNC_BYTES };

const field = (name: string, type: AvroSchema) => ({ name, type }) as never;
const HEADER = avroType({
  type: 'record',
  name: 'header',
  fields: [
    field('magic', { type: 'fixed', name: 'magic', size: MAGIC.length }),
    field('meta', { type: 'map', values: 'bytes' }),
    field('sync', SYNC),
  ],
});
const BLOCK = avroType({
  type: 'record',
  name: 'block',
  fields: [field('count', 'long'), field('bytes', 'bytes'), field('sync', SYNC)],
});

/** Records of a block: readers unpack one block at a time. */
const BLOCK_RECORDS = 1000;

type Codec = (bytes: Buffer, done: (error: Error | null, bytes?: Buffer) => void) => void;
type Codecs = Readonly<Record<string, Codec | undefined>>;
const PACK = avro.streams.BlockEncoder.defaultCodecs() as unknown as Codecs;
const UNPACK = avro.streams.BlockDecoder.defaultCodecs() as unknown as Codecs;

/**
 * @param schema written as it stands: ids and other attributes are kept
 * @param sync 16 bytes that stand between blocks; different for each file
 */
export async function formatContainer(
  schema: AvroSchema,
  header: Readonly<Record<string, string>>,
  sync: Uint8Array,
  records: readonly Encoded[],
): Promise<Uint8Array> {
  const meta = { ...header, 'avro.schema': JSON.stringify(schema), 'avro.codec': 'deflate' };
  const marker = Buffer.from(sync);
  const head = HEADER.toBuffer({
    magic: MAGIC,
    meta: Object.fromEntries(Object.entries(meta).map(([name, text]) => [name, Buffer.from(text)])),
    sync: marker,
  });
  const parts: Buffer[] = [head];
  for (let start = 0; start < records.length; start += BLOCK_RECORDS) {
    const some = records.slice(start, start + BLOCK_RECORDS);
    const bytes = await run(PACK, 'deflate', Buffer.concat(some));
    parts.push(BLOCK.toBuffer({ count: BigInt(some.length), bytes, sync: marker }));
  }
  return Buffer.concat(parts);
}

/** @throws BadMetadata where the bytes are no such file, are cut off or do not unpack */
export async function parseContainer(bytes: Uint8Array): Promise<Container> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = decoded(HEADER, file, 0);
  const value = first.value as { magic: Buffer; meta: Record<string, Buffer>; sync: Buffer };
  if (!MAGIC.equals(value.magic)) throw new BadMetadata('The file is no Avro container.');
  const header = Object.fromEntries(Object.entries(value.meta).map(([name, text]) => [name, text.toString('utf8')]));
  const blocks: { count: number; bytes: Buffer }[] = [];
  for (let at = first.offset; at < file.length;) {
    const { value: found, offset } = decoded(BLOCK, file, at);
    const block = found as { count: bigint; bytes: Buffer; sync: Buffer };
    if (!value.sync.equals(block.sync)) throw new BadMetadata('The Avro file is damaged between two blocks.');
    const unpacked = await run(UNPACK, header['avro.codec'] ?? 'null', block.bytes);
    blocks.push({ count: Number(block.count), bytes: unpacked });
    at = offset;
  }
  return { header, blocks };
}

/** `decode` of `avsc` tells bytes that end too early by an offset below zero. */
export function decoded(
  type: Type,
  bytes: Buffer,
  at: number,
  resolver?: ReturnType<Type['createResolver']>,
): { value: unknown; offset: number } {
  let result: { value: unknown; offset: number };
  try {
    result = type.decode(bytes, at, resolver);
  } catch (cause) {
    throw new BadMetadata('The Avro file is damaged.', cause);
  }
  if (result.offset < 0 || result.offset > bytes.length) throw new BadMetadata('The Avro file ends too early.');
  return result;
}

async function run(codecs: Codecs, name: string, bytes: Buffer): Promise<Buffer> {
  const codec = codecs[name];
  if (codec === undefined) throw new BadMetadata(`The Avro file is packed by ${name}; null and deflate are read.`);
  return await new Promise((resolve, reject) => {
    codec(bytes, (error, done) => {
      if (done === undefined) reject(new BadMetadata('A block of the Avro file does not unpack.', error));
      else resolve(done);
    });
  });
}
