/** `node tools/bench/src/fold-main.ts [--quick] [--json] [--python <interpreter>]`: the fold's benchmark by itself. */
import { parseArgs } from 'node:util';
import { benchFold, type FoldLine } from './fold.ts';
import { words } from './fold-scenarios.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, python: { type: 'string' } },
});

const show = (line: FoldLine): string =>
  [
    `${words(line.rows)} rows`.padEnd(12),
    line.fold.padEnd(48),
    line.by.padEnd(38),
    `${line.wallSeconds.toFixed(2)} s`.padStart(9),
    `${line.cpuSeconds.toFixed(1)} s CPU`.padStart(11),
    `${(line.peakBytes / 1e6).toFixed(0)} MB peak`.padStart(13),
    `${(line.bytesWritten / 1e6).toFixed(0)} MB written`.padStart(15),
    line.segments === null ? '' : `${line.segmentsWritten}/${line.segments} segments`,
    line.ratio === null ? '' : `× ${line.ratio.toFixed(2)}`,
  ].join(' ');

const lines = await benchFold({
  quick: values.quick === true,
  python: values.python,
  onLine: (line) => process.stderr.write(`${show(line).trimEnd()}\n`),
});
if (values.json === true) process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
