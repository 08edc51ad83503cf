import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { formatField } from '../csv.ts';
import type { DataFile } from '../delivery.ts';
import { formatDfm } from '../dfm.ts';
import { LONGEST_PIECE, openGzipFile, writeWhole } from './part-file.ts';

/** Where and how the files of a feed are written. */
export interface Target {
  /** The folder of the whole feed. */
  readonly out: string;
  readonly level: number;
  readonly signal: AbortSignal;
  /** Told now and then how many records have been added to data files since it was told last. */
  readonly onRecords: (added: number) => void;
}

export const FEED_FOLDER: string = path.join('cubic', 'ods_qlik');

/** Text of about this length is packed at a time. */
const PIECE = LONGEST_PIECE / 2;

export interface Size {
  readonly files: number;
  readonly records: number;
  /** On disk, `.dfm` included. */
  readonly bytes: number;
  /** Of csv, unpacked. */
  readonly textBytes: number;
}

export const NOTHING: Size = { files: 0, records: 0, bytes: 0, textBytes: 0 };

export const plus = (a: Size, b: Size): Size => ({
  files: a.files + b.files,
  records: a.records + b.records,
  bytes: a.bytes + b.bytes,
  textBytes: a.textBytes + b.textBytes,
});

export interface DataWriter {
  /** Takes a record's text. True: `flush` has to be awaited before the next one. */
  readonly add: (record: string) => boolean;
  readonly flush: () => Promise<void>;
  readonly records: () => number;
  /** Completes the data file, and only then writes the `.dfm` that speaks of it. */
  readonly finish: (times: Pick<DataFile, 'endWrite' | 'firstTransaction' | 'lastTransaction'>) => Promise<Size>;
  readonly discard: () => Promise<void>;
}

/** A data file that is being written. */
export const openDataFile = async (
  file: Omit<DataFile, 'endWrite' | 'firstTransaction' | 'lastTransaction'>,
  target: Target,
): Promise<DataWriter> => {
  const { options } = file.table;
  const folder = path.join(target.out, FEED_FOLDER, file.folder);
  await mkdir(folder, { recursive: true });
  const packed = openGzipFile(path.join(folder, `${file.stem}.csv.gz`), target.level);
  let text = file.columns.map(({ name }) => formatField(name, options)).join(options.fieldDelimiter);
  let records = 0;
  let told = 0;
  const flush = async (): Promise<void> => {
    const piece = text;
    text = '';
    target.signal.throwIfAborted();
    await packed.write(piece);
    target.onRecords(records - told);
    told = records;
  };
  return {
    add: (record) => {
      text += options.recordDelimiter + record;
      records += 1;
      return text.length >= PIECE;
    },
    flush,
    records: () => records,
    finish: async (times) => {
      if (options.endsWithDelimiter ?? true) text += options.recordDelimiter;
      await flush();
      const size = await packed.finish();
      const dfm = await writeWhole(path.join(folder, `${file.stem}.dfm`), formatDfm({ ...file, ...times }, records));
      return { files: 2, records, bytes: size.packed + dfm, textBytes: size.text };
    },
    discard: packed.discard,
  };
};
