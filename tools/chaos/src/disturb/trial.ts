/** A story told with disturbances, and what came of it. */
import type { Step } from '@farelake/ingest';
import type { Bench } from '../bench.ts';
import { lastWords } from '../child.ts';
import { openHome, type Home } from '../home.ts';
import { compare, type Picture } from '../picture/compare.ts';
import { takePicture } from '../picture/take.ts';
import type { Prepared, PreparedAct } from '../prepare.ts';
import type { Random } from '../random.ts';
import type { Undisturbed } from '../undisturbed.ts';

export interface TrialContext {
  readonly bench: Bench;
  readonly prepared: Prepared;
  readonly undisturbed: Undisturbed;
  readonly random: Random;
  /** Asks for one more kill; false: there are enough. */
  readonly mayKill: () => boolean;
  /** Told of each kill. */
  readonly onKill: () => void;
}

export interface TrialResult {
  /** What was done to the command, in order. */
  readonly done: readonly string[];
  readonly kills: number;
  /** Steps at which it was killed or stopped. */
  readonly steps: readonly Step[];
  readonly lost: number;
  readonly repeated: number;
  /** What went wrong: differences, and commands that did not end as they should. */
  readonly problems: readonly string[];
}

/** Collects what happens while the story is told. */
export class Record {
  readonly done: string[] = [];
  readonly steps: Step[] = [];
  readonly problems: string[] = [];
  kills = 0;
  readonly #onKill: () => void;

  constructor(onKill: () => void) {
    this.#onKill = onKill;
  }

  killed(where: string, step?: Step): void {
    this.kills += 1;
    this.#onKill();
    this.done.push(where);
    if (step !== undefined) this.steps.push(step);
  }
}

export type Disturb = (home: Home, act: PreparedAct, index: number, record: Record) => Promise<void>;

/** Tells the story in a home of its own; `disturb` sees to each act, after which its command is run to its end. */
export async function tellDisturbed(context: TrialContext, disturb: Disturb): Promise<TrialResult> {
  const { bench, prepared, undisturbed } = context;
  const home = await openHome(bench, prepared);
  const record = new Record(context.onKill);
  try {
    for (const [index, act] of prepared.acts.entries()) {
      await home.deliver(act);
      await disturb(home, act, index, record);
      await finish(home, act, index, record);
    }
    return resultOf(record, undisturbed.picture, await takePicture(home));
  } finally {
    await home.close();
  }
}

/** The command once more and undisturbed: whatever happened before, this must be enough. */
async function finish(home: Home, act: PreparedAct, index: number, record: Record): Promise<void> {
  if ((await act.done?.(home)) === true) return;
  const ended = await home.start(act.command).ended;
  if (ended.code !== act.exit)
    record.problems.push(
      `act ${index + 1} (${act.command.join(' ')}) should end with ${act.exit} in the end: ${lastWords(ended)}`,
    );
}

function resultOf({ done, steps, kills, problems }: Record, expected: Picture, actual: Picture): TrialResult {
  const { lost, repeated, examples } = compare(expected, actual);
  return { done, steps, kills, lost, repeated, problems: [...problems, ...examples] };
}
