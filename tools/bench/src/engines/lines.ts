/** The parts of `npm run bench -- engines`, as lines for people. */
import { benchEngines, type EngineLine } from './engines.ts';

const M = 1_000_000;

/** @param rows of the snapshots; a million unless given: ten take a quarter of an hour */
export function engineLines(
  rows: readonly number[] | undefined,
  quick: boolean,
  note: (text: string) => void,
): Promise<EngineLine[]> {
  return benchEngines({
    rows: rows ?? [quick ? M / 10 : M],
    onLine: (line) => {
      note(engineText(line));
    },
    onNote: note,
  });
}

const engineText = ({ engine, rows, work, bytes, seconds, startSeconds, peakBytes, ratio }: EngineLine): string =>
  [
    ...[
      `${rows / M} M rows`.padEnd(10),
      work.padEnd(34),
      engine.padEnd(8),
      `${(bytes / 1e6).toFixed(1)} MB`.padStart(10),
    ],
    ...[
      `${seconds.toFixed(1)} s`.padStart(9),
      startSeconds === 0 ? ''.padStart(15) : `${startSeconds.toFixed(1)} s to start`.padStart(15),
    ],
    ...[`${(peakBytes / 1e6).toFixed(0)} MB peak`.padStart(13), `× ${ratio.toFixed(2)}`.padStart(8)],
  ].join(' ');
