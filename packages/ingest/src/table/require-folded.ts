/** What only a table that is folded from a history can be asked for. */
import { UserError, type Contract } from '@farelake/schema-registry';

/** @throws UserError `not-folded`: the table is one of datasets, or of a topic */
export function requireFolded({ feed, dataset, source }: Contract, what: string): void {
  if (feed === 'qlik') return;
  if (feed === 'kafka')
    throw new UserError({
      code: 'not-folded',
      problem: `${dataset} is the table of a Kafka topic: it has no history and no snapshots, so that there is nothing to ${what}.`,
      remedy: `farelake audit --table ${dataset} --content proves its files; farelake taps status tells what was taken of the topic, and what is missing.`,
      data: { table: dataset },
    });
  const name = `${source.schema}.${source.table}`;
  throw new UserError({
    code: 'not-folded',
    problem: `${dataset} is a table of datasets: it has no history and no snapshots, so that there is nothing to ${what}.`,
    remedy: `farelake audit --table ${name} --content proves its files; farelake replay --table ${name} loads its datasets anew from what was delivered.`,
    data: { table: dataset },
  });
}

/** @throws UserError `no-loads-of-topics` */
export function requireLoads({ feed, dataset }: Contract): void {
  if (feed !== 'kafka') return;
  throw new UserError({
    code: 'no-loads-of-topics',
    problem: `${dataset} is the table of a Kafka topic: it is made of records, not of delivered files, so that there are no loads to take through again.`,
    remedy:
      'Hand recorded events in with farelake taps replay, or read the topic again from its beginning: what is in the table already is left out.',
    data: { table: dataset },
  });
}
