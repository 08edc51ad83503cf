/** A command that uses the local server, for tests that need processes to kill: `node local-child.ts <what> <home>`. */
import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DbError, ensureLocalPostgres } from '../../src/index.ts';
import { withLock } from '../../src/local/lock.ts';

const [what = '', home = ''] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const forever = (): Promise<void> => sleep(60_000);

async function ensure(): Promise<void> {
  try {
    const { url } = await ensureLocalPostgres(home, {
      onProgress: (step) => {
        say(`step ${step}`);
      },
    });
    say(`url ${url}`);
  } catch (error) {
    if (!(error instanceof DbError)) throw error;
    say(`error ${error.code}`);
  }
}

/** Notes its coming and going under the lock: two at once would show as two `in` in a row. */
async function count(): Promise<void> {
  const note = (line: string): Promise<void> => appendFile(path.join(home, 'notes'), `${line}\n`);
  await withLock(path.join(home, 'lock'), { waitMs: 20_000 }, async () => {
    await note('in');
    await sleep(10);
    await note('out');
  });
  say('done counting');
}

async function hold(): Promise<void> {
  await mkdir(home, { recursive: true });
  await withLock(path.join(home, 'lock'), { waitMs: 0 }, async () => {
    say('holds lock');
    await forever();
  });
}

if (what === 'ensure' || what === 'ensure-and-stay') await ensure();
if (what === 'ensure-and-stay') await forever();
if (what === 'hold') await hold();
if (what === 'count') await count();
