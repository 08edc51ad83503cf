import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventLine, handOver } from './events.ts';
import { expectTaps } from './expected.ts';
import { tellTaps } from './told.ts';
import { trialUses } from './uses.ts';

export interface WrittenTaps {
  readonly events: number;
  readonly bytes: number;
  readonly records: number;
}

/** Writes `taps/events.jsonl` and `taps/expected.json` below `out`; what an earlier run left there is removed. */
export function writeTaps(seed: number, out: string): WrittenTaps {
  const folder = path.join(out, 'taps');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const truth = tellTaps(seed);
  const events = handOver(truth.told);
  const text = events.map((records) => `${eventLine(records)}\n`).join('');
  writeFileSync(path.join(folder, 'events.jsonl'), text);
  const expected = expectTaps(truth, trialUses(seed));
  writeFileSync(path.join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
  const records = events.reduce((sum, { length }) => sum + length, 0);
  return { events: events.length, bytes: Buffer.byteLength(text), records };
}
