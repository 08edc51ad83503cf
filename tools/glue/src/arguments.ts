/** What `npm run glue` was asked for. */
import { parseArgs } from 'node:util';
import { UsageError } from '@farelake/cli';

export const USAGE = `Usage: npm run glue -- qlik_load --OBJECT_KEY <key> [--OBJECT_KEY <key> …] [--FROM <folder or s3://bucket/prefix>] [--json]

Runs the entry script of a job of AWS Glue on this machine, on PySpark, and commits its result as in the cloud. The object is taken in
as farelake ingest would, alone: registered, planned, and its plan found by the job through the object's key.

  --OBJECT_KEY  a delivered object, such as cubic/ods_qlik/EDW.SAMPLE/LOAD1.csv.gz; its table needs a contract (farelake table add)
  --FROM        where it lies (default: the Incoming zone)
  --json        what became of it, as JSON

farelake ingest --engine spark does the same with everything that was delivered.
Exit codes: 0 all done, 1 something failed, is held or waits, 2 usage.`;

const JOBS = ['qlik_load', 'dmap_load'] as const;

export interface Asked {
  readonly objectKeys: readonly string[];
  readonly from: string | undefined;
  readonly json: boolean;
}

/** @returns undefined: help was asked for. @throws UsageError */
export function readArguments(args: readonly string[]): Asked | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [job, ...more] = positionals;
  const objectKeys = values.OBJECT_KEY ?? [];
  if (!JOBS.some((one) => one === job) || more.length > 0)
    throw usage(`${job ?? 'Nothing'} is no job that takes an object: ${JOBS.join(' and ')} do.`);
  const [first] = objectKeys;
  if (first === undefined) throw usage('--OBJECT_KEY is missing.');
  const wrong = objectKeys.find((key) => !key.endsWith('.csv.gz'));
  if (wrong !== undefined) throw usage(`${wrong} is no data file: it does not end in .csv.gz.`);
  return { objectKeys, from: values.FROM, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        OBJECT_KEY: { type: 'string', multiple: true },
        FROM: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw usage(Error.isError(error) ? error.message : String(error));
  }
}

const usage = (problem: string): UsageError => new UsageError({ code: 'bad-glue-arguments', problem, remedy: USAGE });
