/** Reading manifests, of ours and of other writers. */
import { type Container, decoded, parseContainer } from '../avro/container.ts';
import { recordsIn } from '../avro/records.ts';
import { avroType } from '../avro/types.ts';
import type { FileIo } from '../io/file-io.ts';
import { BadMetadata } from '../errors.ts';
import { DATA_FILE, MANIFEST, MANIFEST_GIST, MANIFEST_HEAD, NAMES } from './avro-schemas.ts';
import { CONTENT, type LiveFile } from './data-file.ts';
import { completeRow, type DataFileRow, metricsIn } from './data-file-row.ts';
import { type Entry, STATUS, type Status } from './entry.ts';
import { liveCount, type Manifest } from './manifest.ts';

interface EntryRow<File = DataFileRow> {
  readonly status: number;
  readonly snapshot_id?: bigint | null;
  readonly sequence_number?: bigint | null;
  readonly file_sequence_number?: bigint | null;
  readonly data_file: File;
}

const OURS = JSON.stringify(MANIFEST);
const ENTRY = avroType(MANIFEST);
const HEAD = avroType(MANIFEST_HEAD);
const GIST = avroType(MANIFEST_GIST);
const FILE = avroType(DATA_FILE);
/** Passes over metrics, which are most of an entry, without making anything of them. */
const TO_GIST = GIST.createResolver(ENTRY);

/** The live entries of a manifest, ready to be written into another. */
export async function entriesOf(io: FileIo, manifest: Manifest): Promise<Entry[]> {
  const container = await containerOf(io, manifest);
  if (container.header['avro.schema'] !== OURS) return foreignEntries(container, manifest);
  const entries: Entry[] = [];
  for (const { count, bytes } of container.blocks)
    for (let [at, left] = [0, count]; left > 0; left -= 1) {
      const head = decoded(HEAD, bytes, at);
      const gist = decoded(GIST, bytes, at, TO_GIST);
      entries.push(entryOf(gist.value as EntryRow, manifest, bytes.subarray(head.offset, gist.offset)));
      at = gist.offset;
    }
  return requireCounted(entries.filter(isLive), manifest);
}

function foreignEntries(container: Container, manifest: Manifest): Entry[] {
  if (container.header['partition-spec-id'] !== undefined && !isUnpartitioned(container))
    throw new BadMetadata(`The manifest ${manifest.path} is of a table with partitions, which are not written here.`);
  const entries = recordsIn<EntryRow>(container, NAMES).map((row) =>
    entryOf(row, manifest, FILE.toBuffer(completeRow(row.data_file))),
  );
  return requireCounted(entries.filter(isLive), manifest);
}

const isUnpartitioned = ({ header }: Container): boolean => /^\s*\[\s*\]\s*$/.test(header['partition-spec'] ?? '[]');

/** The files of a manifest that a snapshot has, with all that is known of them. */
export async function filesIn(io: FileIo, manifest: Manifest): Promise<LiveFile[]> {
  const files = recordsIn<EntryRow>(await containerOf(io, manifest), NAMES).flatMap((row): LiveFile[] => {
    const { status, content, snapshotId, sequenceNumber, fileSequenceNumber, path, records, size, dataPath } = entryOf(
      row,
      manifest,
      NOTHING,
    );
    if (status === 'deleted') return [];
    const splits = row.data_file.split_offsets;
    return [
      {
        content,
        path,
        records,
        size,
        metrics: metricsIn(row.data_file),
        ...(splits === undefined || splits === null ? {} : { splitOffsets: splits }),
        ...(dataPath === undefined ? {} : { dataPath }),
        snapshotId,
        sequenceNumber: sequenceNumber ?? manifest.sequenceNumber,
        fileSequenceNumber: fileSequenceNumber ?? manifest.sequenceNumber,
        manifest: manifest.path,
      },
    ];
  });
  return requireCounted(files, manifest);
}

const isLive = ({ status }: Entry): boolean => status !== 'deleted';

/** The counts of the list are required, and readers plan by them ("Manifest Lists"). */
function requireCounted<Live>(live: Live[], manifest: Manifest): Live[] {
  const told = liveCount(manifest);
  if (live.length !== told)
    throw new BadMetadata(`The manifest ${manifest.path} has ${live.length} live files, and its list counts ${told}.`);
  return live;
}

const NOTHING = new Uint8Array();

async function containerOf(io: FileIo, { path, length }: Manifest): Promise<Container> {
  const bytes = await io.read(path);
  // One that is cut off between two blocks would be read without complaint.
  if (BigInt(bytes.length) !== length)
    throw new BadMetadata(`The manifest ${path} has ${bytes.length} bytes instead of ${length.toString()}.`);
  return await parseContainer(bytes);
}

/** What an entry leaves out it inherits from the manifest list ("Sequence Number Inheritance"). */
function entryOf(row: EntryRow, manifest: Manifest, encoded: Uint8Array): Entry {
  const { data_file: file } = row;
  const inherited = row.status === STATUS.indexOf('added') ? manifest.sequenceNumber : 0n;
  const dataPath = file.referenced_data_file ?? undefined;
  return {
    status: statusOf(row.status, manifest),
    snapshotId: row.snapshot_id ?? manifest.snapshotId,
    sequenceNumber: row.sequence_number ?? inherited,
    fileSequenceNumber: row.file_sequence_number ?? inherited,
    content: CONTENT[file.content ?? 0] ?? 'data',
    path: file.file_path,
    records: file.record_count,
    size: file.file_size_in_bytes,
    ...(dataPath === undefined ? {} : { dataPath }),
    encoded,
  };
}

function statusOf(number: number, { path }: Manifest): Status {
  const status = STATUS[number];
  if (status === undefined) throw new BadMetadata(`The manifest ${path} has an entry of status ${number}.`);
  return status;
}
