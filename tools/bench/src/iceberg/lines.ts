/** The parts of `npm run bench -- iceberg`, as lines for people. */
import path from 'node:path';
import { cacheFolder } from '@farelake/engines';
import { benchCommits, type CommitLine } from './commits.ts';
import { benchOverhead, type OverheadLine } from './overhead.ts';

export interface IcebergFigures {
  readonly commits: readonly CommitLine[];
  readonly overhead: readonly OverheadLine[];
}

export async function icebergLines(
  times: number,
  quick: boolean,
  note: (text: string) => void,
): Promise<IcebergFigures> {
  const commits = await benchCommits({
    ...{ sizes: quick ? [16, 500] : [16, 500, 5000], times: 3 * times },
    onLine: (line) => {
      note(commitText(line));
    },
  });
  const overhead = await benchOverhead({
    ...{ rows: quick ? [200_000] : [1_000_000, 5_000_000], times, cache: path.join(cacheFolder(), 'bench') },
    onLine: (line) => {
      note(overheadText(line));
    },
  });
  return { commits, overhead };
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

/** `computing` is what of the snapshot is waiting for nothing; it may go on beside a read or a write, and then counts there. */
function commitText(line: CommitLine): string {
  const { stage, tableFiles, commit, snapshot, longest, reading, writing, sql, manifest } = line;
  const cells = [
    ...[`${ms(snapshot)}, at most ${ms(longest)}`.padStart(24), `read ${ms(reading)}`.padStart(13)],
    ...[`write ${ms(writing)}`.padStart(14), `SQL ${ms(sql)}`.padStart(12), `manifest ${ms(manifest)}`.padStart(17)],
    ...[`${line.files} files`.padStart(9), `${kilobytes(line.bytesWritten)} written`.padStart(18)],
    `${kilobytes(line.bytesRead)} read`.padStart(14),
  ];
  return [stage.padEnd(7), `${tableFiles} files`.padStart(10), ` ${commit}`.padEnd(36), ...cells].join(' ');
}

const overheadText = ({ work, seconds, snapshotSeconds, share }: OverheadLine): string =>
  [
    ...[work.padEnd(60), `${seconds.toFixed(2)} s`.padStart(9), `snapshot ${ms(1000 * snapshotSeconds)}`.padStart(17)],
    `${(100 * share).toFixed(1)} %`.padStart(8),
  ].join(' ');
