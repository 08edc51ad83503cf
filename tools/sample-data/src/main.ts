import path from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_SEED, TABLES } from './feed.ts';
import { folderOf } from './table.ts';
import { writeFeed } from './write.ts';

const DEFAULT_OUT = path.join(import.meta.dirname, '..', '..', '..', 'sample_data');

const LARGEST_SEED: number = 2 ** 32 - 1;

const HELP = `Make a small fare feed as the vendor's Qlik task delivers it.

  npm run generate -w tools/sample-data -- [--out DIR] [--seed N]

  --out DIR   where to write cubic/ods_qlik/ and expected.json (default: the repository's sample_data);
              table folders of the feed that are there already are replaced
  --seed N    an integer; the same seed gives the same bytes (default: ${DEFAULT_SEED})
  --help      show this`;

/** A mistake on the command line; the message says what is allowed. */
class UsageError extends Error {}

const readSeed = (text: string | undefined): number => {
  if (text === undefined) return DEFAULT_SEED;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > LARGEST_SEED)
    throw new UsageError(`--seed ${text}: give an integer from 0 to ${LARGEST_SEED}`);
  return seed;
};

const readArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: { out: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean' } },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const run = (args: readonly string[]): void => {
  const { out = DEFAULT_OUT, seed, help } = readArguments(args);
  if (help === true) {
    console.log(HELP);
    return;
  }
  writeFeed(TABLES, readSeed(seed), path.resolve(out), (table, { files, bytes, records }, { rows, orphans }) => {
    const name = folderOf(table).padEnd(22);
    console.log(
      `${name} ${files} files, ${bytes} bytes, ${records} records; ${rows} rows, ${orphans} orphans expected`,
    );
  });
};

try {
  run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
