/**
 * What the names and `.dfm`s of a table's files tell of each other. Pure.
 *
 * A snapshot's files are numbered, so a missing one is known as soon as a later one is there. Change files are not: a name
 * is a time, and a sequence is numbered across all tables of the source's task. A change file that never came, with its
 * `.dfm`, leaves no trace in the others; what can be known is in docs/audit.md.
 */
import { errorCountOf, parseDfm, parseObjectKey, snapshotStem, type Dfm, type ObjectKey } from '@farelake/qlik';
import { UserError } from '@farelake/schema-registry';
import type { Findings } from './finding.ts';

export interface FileFacts {
  readonly dataset: string;
  readonly object: ObjectKey;
  readonly objectKey: string;
  /** Snapshot files: the one that they belong to; null: not told yet. */
  readonly generation: string | null;
  /** Undefined: there is none, or it cannot be read. */
  readonly dfm: Omit<Dfm, 'columns' | 'format' | 'source'> | undefined;
  /** `fileInfo.errorCount`. */
  readonly errors: number;
}

/** @param text of the `.dfm`; null: there is none */
export function factsOf(load: {
  readonly dataset: string;
  readonly objectKey: string;
  readonly generation: string | null;
  readonly dfm: string | null;
}): FileFacts {
  const { dataset, objectKey, generation, dfm: text } = load;
  const object = parseObjectKey(objectKey);
  if (object === undefined) throw new Error(`the ledger holds an object key that is none: ${objectKey}`);
  const facts = { dataset, object, objectKey, generation };
  if (text === null) return { ...facts, dfm: undefined, errors: 0 };
  return { ...facts, dfm: readable(text, objectKey), errors: errorCountOf(text) };
}

/** Without its columns: of each file of a table something is kept. */
function readable(text: string, objectKey: string): FileFacts['dfm'] {
  try {
    const { tableVersion, recordCount, startWrite, endWrite, firstTransaction, lastTransaction } = parseDfm(
      text,
      objectKey,
    );
    return { tableVersion, recordCount, startWrite, endWrite, firstTransaction, lastTransaction };
  } catch (error) {
    // Its load waits, which `status` tells with the reason.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** @param files of any tables, in any order */
export function judgeSequence(files: readonly FileFacts[], findings: Findings): void {
  for (const file of files) {
    if (file.errors > 0)
      findings.add(
        'vendor-errors',
        file.dataset,
        file.objectKey,
        `its .dfm tells of ${file.errors} errors at the source`,
      );
    if (contradicts(file.dfm)) findings.note('times-contradict', file.objectKey);
  }
  for (const own of Object.values(Object.groupBy(files, (file) => file.dataset))) {
    counterGaps(own ?? [], findings);
    changeOrder(own ?? [], findings);
  }
}

function contradicts(dfm: FileFacts['dfm']): boolean {
  const before = (end: string | null | undefined, start: string | null | undefined) =>
    end != null && start != null && end < start;
  return before(dfm?.endWrite, dfm?.startWrite) || before(dfm?.lastTransaction, dfm?.firstTransaction);
}

/** In each segment of each snapshot, counters go from 1 without a gap; how many there should be, nobody tells. */
function counterGaps(files: readonly FileFacts[], findings: Findings): void {
  const snapshots = files.flatMap(({ object, generation, dataset }) =>
    object.kind === 'snapshot' ? [{ object, generation, dataset }] : [],
  );
  const groups = Object.values(
    Object.groupBy(snapshots, ({ generation, object }) => JSON.stringify([generation, object.segment])),
  );
  for (const group of groups) {
    const [first] = group ?? [];
    if (group === undefined || first === undefined) continue;
    const { dataset, generation, object } = first;
    for (const [from, to] of gapsIn(group.map((file) => file.object.counter))) {
      const names = [from, to].map((counter) => snapshotStem(counter, object.segment));
      const range = from === to ? (names[0] ?? '') : names.join(' to ');
      const of = generation === null ? '' : ` of the snapshot ${generation}`;
      findings.add('counter-gap', dataset, range, `${to - from + 1} of the files${of} missing`);
    }
  }
}

/** First and last counter of each gap below the highest: a stray LOADFFFFFFFF is one line, not four billion. */
export function gapsIn(counters: readonly number[]): (readonly [from: number, to: number])[] {
  const gaps: (readonly [number, number])[] = [];
  let next = 1;
  for (const counter of counters.toSorted((a, b) => a - b)) {
    if (counter > next) gaps.push([next, counter - 1]);
    next = Math.max(next, counter + 1);
  }
  return gaps;
}

/** Neither is a fault by itself: events that came twice count once, and each file is read by its own `.dfm`. */
function changeOrder(files: readonly FileFacts[], findings: Findings): void {
  const changes = files
    .flatMap(({ object, objectKey, dfm }) => (object.kind === 'changes' ? [{ time: object.time, objectKey, dfm }] : []))
    .sort((a, b) => (a.time < b.time ? -1 : 1));
  let last: string | null = null;
  let version = 0;
  for (const { objectKey, dfm } of changes) {
    if (dfm === undefined) continue;
    if (last !== null && dfm.firstTransaction !== null && dfm.firstTransaction < last)
      findings.note('sent-again', objectKey);
    if (dfm.tableVersion < version) findings.note('older-columns', objectKey);
    if (dfm.lastTransaction !== null && (last === null || dfm.lastTransaction > last)) last = dfm.lastTransaction;
    version = Math.max(version, dfm.tableVersion);
  }
}
