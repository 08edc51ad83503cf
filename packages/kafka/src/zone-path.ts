/** Where what comes of a topic lies in the zones. Names of clusters and topics are text from outside. */

/** No file system takes names of more than 255 bytes. What is cut off is told by the ledger, and the attempt keeps names apart. */
const LONGEST = 200;

/** One component of a path; of the names that mean a folder, the dots are written out. */
const component = (text: string): string =>
  encodeURIComponent(text)
    .replace(/^\.+$/, (dots) => dots.replaceAll('.', '%2E'))
    .slice(0, LONGEST)
    .replace(/%[0-9A-F]?$/, '');

/** Records of one epoch of a partition that were taken by one attempt. */
export interface TakenRange {
  readonly partition: number;
  readonly epoch: number;
  readonly first: bigint;
  readonly last: bigint;
  /** Id of the attempt: no two files have the same name. */
  readonly attempt: string;
}

/** An attempt that begins an epoch may have the same offsets of the one before. */
const rangeName = ({ first, last, attempt, epoch }: TakenRange): string =>
  `${first}-${last}-${attempt}${epoch === 0 ? '' : `-e${epoch}`}`;

/** Of a file of the table, below the stage. @param day `2026-03-01` */
export const stagePath = (dataset: string, day: string, range: TakenRange): string =>
  `${dataset}/service_date=${day}/${range.partition}-${rangeName(range)}.parquet`;

/** Where the archive has records of topics. */
export const ARCHIVE_FOLDER = 'kafka';

/** Of the records as they were delivered, below the archive. */
export const recordsPath = (cluster: string, topic: string, range: TakenRange): string =>
  `${ARCHIVE_FOLDER}/${component(cluster)}/${component(topic)}/${range.partition}/${rangeName(range)}.jsonl.gz`;

/** Of the refused ones, below the error zone, beside the refused rows of files. */
export const refusedPath = (cluster: string, topic: string, range: TakenRange): string =>
  `rows/kafka/${component(cluster)}/${component(topic)}/${range.partition}/${rangeName(range)}.jsonl`;
