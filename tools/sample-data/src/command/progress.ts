import type { Progress } from '../volume/generate.ts';

/** A line on standard error now and then; on a terminal it is written over. */

const EVERY = { terminal: 200, elsewhere: 5_000 };

export interface Reporter {
  readonly report: (progress: Progress) => void;
  /** Removes the line that is written over. */
  readonly clear: () => void;
}

const count = (number: number): string => number.toLocaleString('en-US');

const lineOf = ({ table, part, done, total }: Progress, rate: number): string =>
  `${table} ${part}: ${count(done)} of ${part === 'changes' ? 'about ' : ''}${count(total)} records, ${count(rate)}/s`;

export const reporter = (out: NodeJS.WriteStream): Reporter => {
  const every = out.isTTY ? EVERY.terminal : EVERY.elsewhere;
  let last = performance.now();
  let before = { key: '', done: 0, at: last };
  return {
    report: (progress) => {
      const now = performance.now();
      const key = `${progress.table} ${progress.part}`;
      if (key !== before.key) before = { key, done: 0, at: now };
      if (now - last < every) return;
      last = now;
      const rate = Math.round(((progress.done - before.done) / Math.max(now - before.at, 1)) * 1000);
      const line = lineOf(progress, rate);
      out.write(out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
    },
    clear: () => {
      if (out.isTTY) out.write('\r\x1b[K');
    },
  };
};
