/** Several commands at once in one home, some of them killed: together they must do what one does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lastWords } from '../child.ts';
import type { Home } from '../home.ts';
import type { PreparedAct } from '../prepare.ts';
import { lookAfterKill } from './after-kill.ts';
import { tellDisturbed, type Record, type TrialContext, type TrialResult } from './trial.ts';

/**
 * @param workers commands at once
 * @param kills how many are killed in each act; each is followed by another
 */
export function workTogether(context: TrialContext, workers: number, kills: number): Promise<TrialResult> {
  const { undisturbed } = context;
  return tellDisturbed(context, async (home, act, index, record) => {
    // What must not be done twice, one does.
    const together = act.done === undefined ? workers : 1;
    const took = undisturbed.acts[index]?.took ?? 0;
    let left = kills;
    const lanes = Array.from({ length: together }, async () => {
      while (left > 0 && context.mayKill()) {
        left -= 1;
        if (!(await startAndKill(context, home, act, took))) return;
        record.killed(`act ${index + 1}: a worker`);
        await lookAfterKill(home, record);
      }
      await workToTheEnd(home, act, index, record);
    });
    const worked = Promise.all(lanes).then(() => undefined);
    await Promise.all([
      worked,
      ...(act.beside ?? []).map((command) => besideThem(home, command, worked, index, record)),
    ]);
  });
}

/** Gives the command again and again until the others have done their work. */
async function besideThem(
  home: Home,
  command: readonly string[],
  worked: Promise<undefined>,
  index: number,
  record: Record,
): Promise<void> {
  const work = { over: false };
  const end = () => {
    work.over = true;
  };
  worked.then(end, end);
  while (!work.over) {
    const ended = await home.start(command).ended;
    if (ended.code !== 0)
      record.problems.push(`act ${index + 1}: ${command.join(' ')} beside it should end with 0: ${lastWords(ended)}`);
  }
}

async function startAndKill({ random }: TrialContext, home: Home, act: PreparedAct, within: number): Promise<boolean> {
  const child = home.start(act.command);
  await Promise.race([sleep(200 + random.below(within)), child.ended]);
  child.process.kill('SIGKILL');
  return (await child.ended).signal === 'SIGKILL';
}

async function workToTheEnd(home: Home, act: PreparedAct, index: number, record: Record): Promise<void> {
  if ((await act.done?.(home)) === true) return;
  const ended = await home.start(act.command).ended;
  if (ended.code !== act.exit)
    record.problems.push(`act ${index + 1}: a worker among others should end with ${act.exit}: ${lastWords(ended)}`);
}
