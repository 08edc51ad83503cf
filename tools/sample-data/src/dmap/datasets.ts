/**
 * Datasets of DMAP sets as the vendor's API hands them out, to be put behind a stand-in of it. The same options give the
 * same text; compressed bytes are equal under equal versions of zlib.
 */
import { gzipSync } from 'node:zlib';
import { formatCsv, VENDOR_OPTIONS } from '../csv.ts';
import { DEFAULT_SEED } from '../feed.ts';
import { deriveSeed, seededRandom } from '../random.ts';
import { DAY, date } from '../time.ts';
import { UsageError } from '../usage-error.ts';
import { inventField } from './invented.ts';
import { DMAP_SETS, type DmapSetName, type SetShape } from './sets/index.ts';

export interface DatasetOptions {
  /** All unless given. */
  readonly sets?: readonly DmapSetName[];
  /** First service day, `YYYY-MM-DD`. */
  readonly from?: string;
  /** Datasets of each set, one after the other in time. */
  readonly datasets?: number;
  /** Service days of a dataset. */
  readonly days?: number;
  /** Of each dataset. */
  readonly rows?: number;
  /** 0: as first issued; each further number is another issue of the same datasets, a day later, with other rows. */
  readonly issue?: number;
  readonly seed?: number;
}

export interface Dataset {
  readonly api: SetShape['api'];
  readonly set: DmapSetName;
  readonly datasetId: string;
  /** First and last service day, `YYYY-MM-DD`. */
  readonly startDate: string;
  readonly endDate: string;
  /** As listings write it: UTC, to the microsecond. */
  readonly lastUpdated: string;
  readonly rows: number;
  /** CSV. */
  readonly text: string;
  /** The same under gzip. */
  readonly body: Buffer;
}

/** @throws UsageError for a set that is not known or a day that is none */
export function* generateDatasets(options: DatasetOptions = {}): Generator<Dataset> {
  const { sets = DMAP_SETS.map(({ set }) => set), from = '2022-05-02', datasets = 1 } = options;
  const start = Date.parse(`${from}T00:00:00Z`);
  // A month's 30th is taken for the day after its last one.
  if (Number.isNaN(start) || date(start) !== from) throw new UsageError(`${from} is no day`, 'write it as 2022-05-02');
  for (const set of sets) {
    const shape = DMAP_SETS.find((one) => one.set === set);
    if (shape === undefined)
      throw new UsageError(`${set} is no set`, `known are ${DMAP_SETS.map((one) => one.set).join(', ')}`);
    for (let index = 0; index < datasets; index += 1) yield generateDataset(shape, start, index, options);
  }
}

function generateDataset(shape: SetShape, from: number, index: number, options: DatasetOptions): Dataset {
  const { days = 1, rows = 100, issue = 0, seed = DEFAULT_SEED } = options;
  const first = from + index * days * DAY;
  const last = first + (days - 1) * DAY;
  const datasetId = `${shape.set}_${date(first).replaceAll('-', '')}`;
  const random = seededRandom(deriveSeed(seed, `${datasetId}/${issue}`));
  const records = Array.from({ length: rows }, () => {
    const at = first + Math.floor(random.next() * days * DAY);
    return shape.columns.map((column) => inventField(column, { random, at }) || null);
  });
  const names = shape.columns.map(({ name }) => name);
  const text = [...formatCsv(names, records, VENDOR_OPTIONS)].join('');
  // Issued at noon after the last day, some minutes apart as no two datasets are at once.
  const issued = last + 1.5 * DAY + issue * DAY + random.int(0, 59) * 60_000;
  return {
    api: shape.api,
    set: shape.set,
    datasetId,
    startDate: date(first),
    endDate: date(last),
    lastUpdated: `${new Date(issued).toISOString().slice(0, 19)}.${random.digits(6)}`,
    rows,
    text,
    body: gzipSync(text),
  };
}
