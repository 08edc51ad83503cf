/**
 * Records of Kafka topics come into their tables: what is new is written and committed, what came before is left out, what is no
 * row goes to quarantine. Whatever else goes wrong throws, and nothing is changed: the same records come again.
 */
import { AttemptGivenUp, endAttempt, startAttempt, type KafkaTopic } from '@farelake/db';
import type { Delivery, KafkaRecord } from '@farelake/kafka';
import { UserError, type Contract } from '@farelake/schema-registry';
import { requireNotLost } from '../catalog/lost-ledger.ts';
import { reach } from '../failpoint.ts';
import { patiently } from '../retry/patiently.ts';
import { newAttemptId, type Workspace } from '../workspace.ts';
import { commitParts, refuseHeld } from './commit-parts.ts';
import { contractFor } from './contract-for.ts';
import { byPartition, newRecords, type ByPartition } from './new-records.ts';
import { openReader, type TapsReader } from './reader.ts';
import { sortRecords } from './sort-records.ts';
import { writeParts } from './write-parts.ts';

export type TapsWorkspace = Pick<
  Workspace,
  | 'pool'
  | 'contracts'
  | 'faulty'
  | 'stage'
  | 'archive'
  | 'error'
  | 'environment'
  | 'keyFile'
  | 'leaseSeconds'
  | 'patience'
  | 'signal'
>;

/** What became of the records of one topic. `records` = `repeated` + `written` + `quarantined` + `tombstones`. */
export interface Landed {
  readonly table: string;
  readonly topic: string;
  readonly records: number;
  /** Taken before, or twice in the delivery. */
  readonly repeated: number;
  /** Rows of the table. */
  readonly written: number;
  readonly quarantined: number;
  readonly tombstones: number;
  /** Epochs of partitions that begin with these records, though another was there before: the topic was made anew. */
  readonly madeAnew: number;
}

/**
 * @returns by topic, in the order in which they come
 * @throws UserError `ledger-lost`, `ledger-behind`, and others
 */
export async function landDelivery(workspace: TapsWorkspace, delivery: Delivery): Promise<Landed[]> {
  const topics = Map.groupBy(delivery.records, ({ topic }) => topic);
  // Before anything of it is landed: what has no contract makes an error of the whole delivery.
  const contracts = new Map([...topics.keys()].map((topic) => [topic, contractFor(workspace, topic)]));
  const landed: Landed[] = [];
  for (const [topic, records] of topics) {
    const contract = contracts.get(topic) ?? contractFor(workspace, topic);
    const own = { dataset: contract.dataset, cluster: delivery.cluster, topic };
    const work = { workspace, contract, topic: own, topicId: delivery.topicIds.get(topic) ?? null };
    // What was committed before it failed is known when it is tried again.
    landed.push(await patiently(workspace, contract.dataset, () => landTopic(work, records)));
  }
  return landed;
}

interface Work {
  readonly workspace: TapsWorkspace;
  readonly contract: Contract;
  readonly topic: KafkaTopic;
  readonly topicId: string | null;
}

/** Cutting anew more often than this, with somebody else faster each time, is no race any more. */
const MOST_CUTS = 20;

async function landTopic(work: Work, records: readonly KafkaRecord[]): Promise<Landed> {
  const { workspace, contract, topic, topicId } = work;
  const reader = await openReader(workspace, contract, topic);
  const partitions = byPartition(records);
  for (let cuts = 0; cuts < MOST_CUTS; cuts += 1) {
    workspace.signal.throwIfAborted();
    const done = await tryToLand(work, reader, partitions);
    if (done !== undefined) return { table: contract.dataset, topic: topic.topic, records: records.length, ...done };
  }
  throw new UserError({
    code: 'overtaken',
    problem: `Others took records of ${topic.topic} again and again while these were written (${topicId ?? 'topic'}).`,
    remedy: 'Nothing is lost: the same records come again. Let fewer consumers read the same partitions.',
  });
}

/** @returns undefined: somebody else has taken some of them meanwhile, or the attempt was given up */
async function tryToLand(
  { workspace, contract, topic, topicId }: Work,
  { keyId, read }: TapsReader,
  partitions: ByPartition,
): Promise<Omit<Landed, 'table' | 'topic' | 'records'> | undefined> {
  const { pool } = workspace;
  const cutNow = (db: Parameters<typeof newRecords>[0]) => newRecords(db, topic, topicId, partitions);
  const novelty = await cutNow(pool);
  if (novelty.parts.length === 0)
    return { repeated: novelty.repeated, written: 0, quarantined: 0, tombstones: 0, madeAnew: 0 };
  const attempt = newAttemptId();
  await refuseHeld(pool, topic);
  // Its first records: those of a partition that is known have been asked for.
  if (novelty.parts.some(({ begins }) => begins)) await requireNotLost(workspace, contract.dataset);
  await startAttempt(pool, { id: attempt, dataset: contract.dataset, batchId: null });
  reach('taps:started');
  const writing = { workspace, contract, topic, attempt, keyId };
  try {
    const parts = await writeParts(
      writing,
      novelty.parts.map((part) => sortRecords(part, read)),
    );
    if (!(await commitParts(workspace, writing, novelty, parts, cutNow))) {
      await endAttempt(pool, attempt, 'failed');
      return undefined;
    }
    const sum = (count: (part: (typeof parts)[number]) => number) => parts.reduce((all, part) => all + count(part), 0);
    return {
      repeated: novelty.repeated,
      written: sum(({ files }) => files.reduce((rows, file) => rows + file.rows, 0)),
      quarantined: sum(({ refused }) => refused.length),
      tombstones: sum(({ tombstones }) => tombstones),
      madeAnew: novelty.parts.filter(({ begins, epoch }) => begins && epoch > 0).length,
    };
  } catch (error) {
    // Maintenance took it for dead, and may have removed its files: they are written anew.
    if (error instanceof AttemptGivenUp) return undefined;
    // Only a note; the error is what counts, also when the database is what failed.
    await endAttempt(pool, attempt, 'failed').catch(() => undefined);
    throw error;
  }
}
