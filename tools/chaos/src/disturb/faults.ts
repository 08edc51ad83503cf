/** What a command leans on fails for a while: the database goes away, the store answers late, half, or with errors. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../../../packages/lake/test/support/s3-front.ts';
import { lastWords, type Ended } from '../child.ts';
import type { Home } from '../home.ts';
import { startRelay } from '../postgres/relay.ts';
import type { PreparedAct } from '../prepare.ts';
import { openTrace } from '../trace.ts';
import { tellDisturbed, type Record, type TrialContext, type TrialResult } from './trial.ts';

/**
 * Milliseconds for which a lock that is missing says nothing of its holder (docs/commit.md): maintenance leaves such a table to its
 * next run, and here there may be none.
 */
const AFTER_START = 6000;

/** In each act Postgres crashes at some step and is away for one to three seconds. No other trial may run meanwhile. */
export async function withoutPostgres(context: TrialContext): Promise<TrialResult> {
  const { bench, random, undisturbed } = context;
  const relay = await startRelay(() => Number(new URL(bench.server.url('postgres')).port));
  try {
    return await tellDisturbed(context, async (home, act, index, record) => {
      const url = new URL(home.databaseUrl);
      url.port = String(relay.port);
      const trace = await openTrace(home);
      let settled = 0;
      const child = home.start(act.command, { ...trace.variables, DATABASE_URL: url.href });
      const after = 1 + random.below(undisturbed.acts[index]?.steps.length ?? 1);
      if (await trace.until((steps) => steps.length >= after, child)) {
        await bench.server.crash();
        const steps = await trace.steps();
        record.done.push(`act ${index + 1}: Postgres went away after ${steps.at(-1) ?? 'the start'}`);
        await sleep(1000 + random.below(2000));
        await bench.server.start();
        settled = Date.now() + AFTER_START;
      }
      const ended = await child.ended;
      // What must not be done twice is not tried again by itself; a person looks, and gives the command again.
      if (act.done === undefined) wellEnded(ended, act, index, record, 'with Postgres away for a while');
      await sleep(Math.max(0, settled - Date.now()));
    });
  } finally {
    await relay.close();
  }
}

const FAULTS: readonly Fault[] = ['reset', 'lost', 'cut', 'stall', 'mute', 'busy', 'broken'];

/** One in so many requests to the store goes wrong. No other trial with a bucket may run meanwhile. */
export async function withBrokenStore(context: TrialContext, oneIn: number): Promise<TrialResult> {
  const { front } = await context.bench.bucket();
  const { random } = context;
  try {
    return await tellDisturbed(context, async (home, act, index, record) => {
      front.fault = () => (random.chance(1 / oneIn) ? random.oneOf(FAULTS) : undefined);
      const ended = await runAgain(home, act, record);
      front.fault = () => undefined;
      record.done.push(`act ${index + 1}: faults of the store ${JSON.stringify(front.done)}`);
      wellEnded(ended, act, index, record, 'with faults of the store');
    });
  } finally {
    front.fault = () => undefined;
  }
}

/** Runs of an act that may fail for the store's faults: with more of them than retries, ending with trouble is right. */
const RUNS = 4;

async function runAgain(home: Home, act: PreparedAct, record: Record): Promise<Ended> {
  for (let run = 1; ; run += 1) {
    const ended = await home.start(act.command).ended;
    if (ended.code === act.exit || run === RUNS) return ended;
    record.done.push(`run ${run}: ${lastWords(ended)}`);
  }
}

function wellEnded(ended: Ended, act: PreparedAct, index: number, record: Record, how: string): void {
  if (ended.code !== act.exit)
    record.problems.push(`act ${index + 1} should end with ${act.exit} ${how}: ${lastWords(ended)}`);
}
