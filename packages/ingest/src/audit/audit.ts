/**
 * Is everything there that should be, and accounted for? Incoming, archive, error zone and stage beside the ledger, the
 * ledger within itself, and the files of each table beside each other. Changes nothing.
 *
 * Kept: what comes or goes while it looks is no finding. What was registered, archived or committed since it began is left
 * to the next one, and what a listing did not show is looked for once more at its place.
 */
import {
  contradictions,
  describedLoads,
  foundAll,
  knownStores,
  loneObjects,
  objectsWithoutLoad,
  twinObjects,
  withAudit,
  wrongBatches,
  wrongDatasets,
  wrongPartitions,
  wrongReceipts,
  wrongTopics,
  wrongVersions,
  type AuditBegin,
  type WrongDataset,
  type WrongPartition,
  type WrongReceipt,
} from '@farelake/db';
import { isStoreTrouble, openStore, type ObjectStore } from '@farelake/lake';
import type { ClientBase } from 'pg';
import type { OnProgress } from '../progress.ts';
import { toldAnew } from '../status/described-anew.ts';
import { describeContradiction } from '../repair/basis.ts';
import type { Workspace } from '../workspace.ts';
import { readContents, type ReadContents } from './content.ts';
import { lookAtArchive, lookAtErrors, lookAtStage } from './copies.ts';
import { Findings, type Finding, type Note } from './finding.ts';
import { tellMissing, tellNotRestored, tellOutOfReach } from './missing.ts';
import { factsOf, judgeSequence, type FileFacts } from './sequence.ts';
import { lookAtSource } from './sources.ts';

export interface AuditOptions {
  /** Only this dataset. */
  readonly dataset?: string;
  /** Also reads all that was written, and compares it with what is known of its content. */
  readonly content?: boolean;
  readonly onProgress?: OnProgress;
}

export interface Audited {
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  /** How much was looked at. */
  readonly found: {
    /** Objects of a feed, by the place where they lie. */
    readonly sources: Readonly<Record<string, number>>;
    readonly archive: number;
    readonly error: number;
    readonly stage: number;
  };
  /** What was read of it; absent: only sizes were looked at. */
  readonly read?: ReadContents;
}

/** What the parts of one audit share. */
export interface AuditWork {
  readonly workspace: Workspace;
  /** The one connection that has what was found. */
  readonly db: ClientBase;
  readonly begin: AuditBegin;
  readonly findings: Findings;
  /** URIs of stores that did not answer. */
  readonly outOfReach: Set<string>;
  readonly dataset: string | undefined;
  readonly onProgress: OnProgress | undefined;
  readonly signal: AbortSignal;
}

/**
 * @param incoming the Incoming zone
 * @throws what the stores of this environment throw when they are out of reach; others that the ledger knows are a finding
 */
export async function audit(workspace: Workspace, incoming: ObjectStore, options: AuditOptions = {}): Promise<Audited> {
  return withAudit(workspace.pool, async (db, begin) => {
    const findings = new Findings();
    const { dataset, onProgress } = options;
    const { signal } = workspace;
    const work: AuditWork = { workspace, db, begin, findings, outOfReach: new Set(), dataset, onProgress, signal };
    await tellNotRestored(work);
    const sources = await lookAtSources(work, incoming);
    const found = {
      sources,
      archive: await lookAtArchive(work),
      error: await lookAtErrors(work),
      stage: await lookAtStage(work),
    };
    await foundAll(db);
    await tellMissing(work);
    await tellSums(work);
    await tellContradictions(work);
    await tellSequence(work);
    // Last, because it takes longest: what has been found already is not found once more.
    const read = options.content === true ? { read: await readContents(work) } : {};
    return { findings: findings.all, notes: findings.notes(), found, ...read };
  });
}

async function lookAtSources(work: AuditWork, incoming: ObjectStore): Promise<Record<string, number>> {
  const found: Record<string, number> = { [incoming.uri]: await lookAtSource(work, incoming) };
  for (const uri of await knownStores(work.db, work.dataset)) {
    if (uri === incoming.uri) continue;
    try {
      found[uri] = await lookAtSource(work, openStore(uri));
    } catch (error) {
      if (!isStoreTrouble(error)) throw error;
      tellOutOfReach(work, uri, error);
    }
  }
  return found;
}

async function tellSums({ db, dataset, findings }: AuditWork): Promise<void> {
  for (const receipt of await wrongReceipts(db, dataset)) {
    const { objectKey, read } = receipt;
    if (read === null) findings.add('receipt-missing', receipt.dataset, objectKey);
    else findings.add('receipt-wrong', receipt.dataset, objectKey, receiptText(receipt));
  }
  const sums = [
    ...(await wrongBatches(db, dataset)),
    ...(await wrongVersions(db, dataset)),
    ...(await wrongTopics(db, dataset)),
  ];
  for (const { dataset: table, of, told, rows } of sums)
    findings.add('rows-differ', table, of, `its files have ${rows} rows, and ${told} are told`);
  for (const one of await wrongPartitions(db, dataset))
    findings.add('offsets-differ', one.dataset, partitionText(one), partitionFault(one));
}

const partitionText = ({ cluster, topic, partition, epoch }: WrongPartition): string =>
  `${cluster} ${topic}-${partition}${epoch === 0 ? '' : ` epoch ${epoch}`}`;

const partitionFault = ({ records, taken, quarantined, refused }: WrongPartition): string =>
  [
    ...(records === taken ? [] : [`${taken} offsets are taken, and ${records} records were`]),
    ...(quarantined === refused ? [] : [`${refused} refused records are noted, and ${quarantined} were refused`]),
  ].join('; ');

/** Of the ledger alone: what it says of a table must agree. */
async function tellContradictions({ db, dataset, findings }: AuditWork): Promise<void> {
  for (const one of await contradictions(db, dataset))
    findings.add('state-differs', one.dataset, one.objectKey, describeContradiction(one));
  for (const one of await wrongDatasets(db, dataset))
    findings.add('dataset-differs', one.dataset, one.objectKey, datasetText(one));
  for (const { dataset: table, objectKey } of await objectsWithoutLoad(db, dataset))
    findings.add('load-missing', table, objectKey);
}

const datasetText = ({ loadId, state, isInTable, told, rows, besideId }: WrongDataset): string =>
  [
    `load ${loadId} is ${state}, and the ledger says that its rows are ${isInTable ? '' : 'not '}in the table`,
    ...(told === rows ? [] : [`its files have ${rows} rows, and ${told} are told`]),
    ...(besideId === null ? [] : [`load ${besideId} of the same dataset is in the table as well`]),
  ].join('; ');

const receiptText = ({ announced, read, written, quarantined }: WrongReceipt): string =>
  `announced ${announced ?? '?'}, read ${read ?? '?'}, written ${written ?? '?'}, quarantined ${quarantined ?? '?'}`;

async function tellSequence({ db, dataset, findings, signal }: AuditWork): Promise<void> {
  for (const { dataset: table, objectKey, part } of await loneObjects(db, dataset))
    findings.add(part === 'data' ? 'data-alone' : 'dfm-alone', table, objectKey);
  for (const { objectKeys } of await twinObjects(db, dataset)) findings.note('twins', objectKeys.join(', '));
  const files: FileFacts[] = [];
  for await (const load of describedLoads(db, dataset)) {
    signal.throwIfAborted();
    files.push(factsOf(load));
  }
  judgeSequence(files, findings);
  for (const { dataset: table, objectKey, loadId, text } of await toldAnew(db, dataset))
    findings.add(
      'described-anew',
      table,
      objectKey,
      `load ${loadId} was loaded by another .dfm than it has now: ${text}`,
    );
}
