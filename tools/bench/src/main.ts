/**
 * `npm run bench -- load|fold|late|dmap|taps|iceberg|engines|all [--rows 4000000[,…]] [--datasets 300] [--times 3] [--quick] [--json]`: figures as a
 * table on standard error, with `--json` also as JSON on standard output.
 */
import { parseArgs } from 'node:util';
import { pythonEnvironment } from '@farelake/engines';
import { benchDmap, type DmapLine } from './dmap.ts';
import { engineLines } from './engines/lines.ts';
import { benchFold, type FoldLine } from './fold.ts';
import { benchLate, type LateLine } from './late.ts';
import { icebergLines } from './iceberg/lines.ts';
import { benchLoad, type LoadLine } from './load.ts';
import { machineText, thisMachine } from './machine.ts';
import { tapsLines } from './taps-lines.ts';

const USAGE =
  'Usage: npm run bench -- load|fold|late|dmap|taps|iceberg|engines|all [--rows 4000000[,…]] [--datasets 300] [--times 3] [--quick] [--json]';
const note = (text: string): void => void process.stderr.write(`${text}\n`);
const million = (count: number): string => `${count / 1e6} M rows`;
const seconds = (value: number | null): string => (value === null ? '' : `${value.toFixed(2)} s`);
const megabytes = (value: number | null): string => (value === null ? '' : `${(value / 1e6).toFixed(0)} MB`);

function loadText({ by, rows, wallSeconds, cpuSeconds, peakBytes, written, ratio }: LoadLine): string {
  const cells = [seconds(wallSeconds), cpuSeconds === null ? '' : `${seconds(cpuSeconds)} CPU`, megabytes(peakBytes)];
  return [
    ...[million(rows).padEnd(10), by.padEnd(26), ...cells.map((cell) => cell.padStart(13))],
    ...[(written === 0 ? '' : `${megabytes(written)} written`).padStart(16), `× ${ratio.toFixed(2)}`.padStart(8)],
  ].join(' ');
}

function foldText({ by, rows, fold, wallSeconds, cpuSeconds, peakBytes, bytesWritten, ratio }: FoldLine): string {
  const cells = [
    seconds(wallSeconds),
    `${seconds(cpuSeconds)} CPU`,
    megabytes(peakBytes),
    `${megabytes(bytesWritten)} written`,
  ];
  return [
    ...[million(rows).padEnd(10), fold.padEnd(44), by.padEnd(36), ...cells.map((cell) => cell.padStart(13))],
    ratio === null ? '' : `× ${ratio.toFixed(2)}`.padStart(8),
  ].join(' ');
}

function lateText({
  fold,
  wallSeconds,
  cpuSeconds,
  peakBytes,
  segmentsWritten,
  segments,
  ofWhole,
  ofAppend,
}: LateLine) {
  const cells = [seconds(wallSeconds), `${seconds(cpuSeconds)} CPU`, megabytes(peakBytes)];
  return [
    ...[fold.padEnd(52), ...cells.map((cell) => cell.padStart(13))],
    `${segmentsWritten}/${segments} segments`.padStart(16),
    ofWhole === null ? '' : `${(100 * ofWhole).toFixed(0)} % of anew`.padStart(14),
    ofAppend === null ? '' : `× ${ofAppend.toFixed(2)} of in order`,
  ].join(' ');
}

function dmapText({ by, files, bytes, wallSeconds, cpuSeconds, peakBytes, ratio }: DmapLine): string {
  const cells = [seconds(wallSeconds), `${seconds(cpuSeconds)} CPU`, megabytes(peakBytes)];
  return [
    ...[by.padEnd(34), ...cells.map((cell) => cell.padStart(13))],
    // A sync that fetches nothing has no pace.
    ...(ratio === null
      ? []
      : [
          `${(files / wallSeconds).toFixed(1)} files/s`.padStart(16),
          `${(bytes / wallSeconds / 1e6).toFixed(1)} MB/s`.padStart(12),
          `× ${ratio.toFixed(2)}`.padStart(8),
        ]),
  ].join(' ');
}

async function foldLines(quick: boolean): Promise<FoldLine[]> {
  const python = await pythonEnvironment({ name: 'delta', requirements: ['deltalake==1.2.1', 'pyarrow==26.0.1'] });
  if (typeof python !== 'string') note(`left out: delta-rs, because ${python.reason}`);
  return benchFold({
    quick,
    python: typeof python === 'string' ? python : undefined,
    onLine: (line) => {
      note(foldText(line));
    },
  });
}

const OPTIONS = {
  rows: { type: 'string' },
  datasets: { type: 'string' },
  times: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    note(Error.isError(error) ? error.message : String(error));
    return undefined;
  }
}

async function main(): Promise<number> {
  const asked = parsed();
  if (asked === undefined || asked.values.help) {
    note(USAGE);
    return asked === undefined ? 2 : 0;
  }
  const { values, positionals } = asked;
  const [what = 'all', ...more] = positionals;
  const rows = (values.rows ?? (values.quick ? '200000' : '1000000,4000000')).split(',').map(Number);
  const times = Number(values.times ?? (values.quick ? 1 : 3));
  const datasets = Number(values.datasets ?? (values.quick ? 20 : 300));
  const whole = [...rows, datasets, times].every((value) => Number.isSafeInteger(value) && value > 0);
  if (
    !['load', 'fold', 'late', 'dmap', 'taps', 'iceberg', 'engines', 'all'].includes(what) ||
    more.length > 0 ||
    !whole
  ) {
    note(USAGE);
    return 2;
  }
  const machine = thisMachine();
  note(machineText(machine));
  if (machine.load > 0.5) note('others are at work on this machine: wall times will be too high');
  const onLine = (line: LoadLine) => {
    note(loadText(line));
  };
  const load = what !== 'load' && what !== 'all' ? [] : await benchLoad({ rows, times, onLine, onNote: note });
  const fold = what !== 'fold' && what !== 'all' ? [] : await foldLines(values.quick);
  const late =
    what !== 'late' && what !== 'all'
      ? []
      : await benchLate({
          quick: values.quick,
          rows: values.rows === undefined ? undefined : rows,
          onLine: (line) => {
            note(lateText(line));
          },
        });
  const dmap =
    what !== 'dmap' && what !== 'all'
      ? []
      : await benchDmap({
          ...{ datasets, size: values.quick ? 100_000 : 1_000_000, times },
          onLine: (line) => {
            note(dmapText(line));
          },
          onNote: note,
        });
  const taps = what !== 'taps' && what !== 'all' ? null : await tapsLines(times, values.quick, note);
  const iceberg = what !== 'iceberg' && what !== 'all' ? null : await icebergLines(times, values.quick, note);
  const engines =
    what !== 'engines' && what !== 'all'
      ? []
      : await engineLines(values.rows === undefined ? undefined : rows, values.quick, note);
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine, load, fold, late, dmap, taps, iceberg, engines }, null, 2)}\n`);
  return 0;
}

process.exitCode = await main();
