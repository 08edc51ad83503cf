import { retryRefused, type Retried } from '@farelake/ingest';
import { findContract } from '../find-contract.ts';
import { UsageError } from '../output/problem.ts';
import { count, counted } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

export interface RetryFlags {
  readonly table?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** @returns 0 all of them were looked at */
export async function tapsRetryCommand(context: Context, flags: RetryFlags): Promise<number> {
  const { terminal } = context;
  return withWorkspace(context, async (workspace) => {
    const asked =
      flags.table === undefined ? [...workspace.contracts.values()] : [findContract(workspace, flags.table)];
    const contracts = asked.filter(({ feed }) => feed === 'kafka');
    if (flags.table !== undefined && contracts.length === 0)
      throw new UsageError({
        code: 'not-a-topic',
        problem: `${flags.table} is no table of a Kafka topic.`,
        remedy: 'farelake replay takes refused rows of other tables through again.',
      });
    const done: Retried[] = [];
    for (const contract of contracts)
      done.push(
        await retryRefused(workspace, contract, {
          dryRun: flags.dryRun === true,
          onProgress: (records) => {
            terminal.progress(`${contract.dataset}: ${count(records)} records looked at`);
          },
        }),
      );
    terminal.progress(undefined);
    if (flags.json === true) terminal.print(JSON.stringify(done));
    else for (const one of done) terminal.print(retriedLine(one, flags.dryRun === true));
    return 0;
  });
}

function retriedLine({ table, records, accepted }: Retried, isDry: boolean): string {
  if (records === 0) return `${table}: nothing in quarantine`;
  const what = `${count(accepted)} of ${counted(records, 'record')} in quarantine`;
  return `${table}: ${what} ${isDry ? 'would be rows' : accepted === 1 ? 'is a row now' : 'are rows now'}`;
}
