/**
 * What was written, read once more: files of tables, archived copies, the error zone, each beside what the ledger knows of its
 * content. A few streams at once, none of them held in memory.
 */
import { historyBatches, isNoted, notedBytes, notedContents, type NotedContent } from '@farelake/db';
import { isStoreTrouble, locate } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import type { AuditWork } from './audit.ts';
import type { FindingKind } from './finding.ts';
import { tellOutOfReach } from './missing.ts';
import { faultOfReason } from './reason.ts';
import { digestOf } from './digest.ts';

export interface ReadContents {
  readonly files: number;
  readonly bytes: number;
}

/** More would wait for the same disk or line. */
const AT_ONCE = 4;

interface Reading extends AuditWork {
  /** Objects of findings: what is known to be wrong is not read. */
  readonly told: ReadonlySet<string>;
  readonly onBytes: (count: number) => void;
}

export async function readContents(work: AuditWork): Promise<ReadContents> {
  const { db, begin, dataset } = work;
  const of = await notedBytes(db, begin, dataset);
  const read = { files: 0, bytes: 0 };
  const onBytes = (count: number) => {
    read.bytes += count;
    work.onProgress?.({ step: 'reading', bytes: read.bytes, of });
  };
  const stop = new AbortController();
  const signal = AbortSignal.any([work.signal, stop.signal]);
  const known = work.findings.all.length;
  const told = new Set(work.findings.all.map(({ object }) => object));
  const reading: Reading = { ...work, signal, told, onBytes };
  const contents = notedContents(db, begin, dataset);
  const lane = async () => {
    for (let next = await contents.next(); next.done !== true; next = await contents.next()) {
      signal.throwIfAborted();
      if (await look(reading, next.value)) read.files += 1;
    }
  };
  // The first error counts; the connection goes back only when nobody uses it any more.
  const ended = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, () =>
      lane().catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    ),
  );
  work.signal.throwIfAborted();
  if (ended.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
  work.findings.order(known);
  return read;
}

/** @returns whether it was read */
async function look(work: Reading, content: NotedContent): Promise<boolean> {
  const { store, path } = locate(content.uri);
  if (work.told.has(content.uri) || work.outOfReach.has(store.uri)) return false;
  try {
    const source = () => store.read(path, { ...knownTag(content), signal: work.signal });
    const fault =
      content.of === 'reason' ? await faultOfReason(work, content, source) : await faultOf(work, content, source);
    if (fault !== undefined) work.findings.add(DAMAGED[kindOf(content)], content.dataset, content.uri, fault);
    return true;
  } catch (error) {
    work.signal.throwIfAborted();
    return tellUnread(work, content, store.uri, error);
  }
}

/** Where nothing else is known of the content, its store tells whether it is the one of then. */
const knownTag = ({ sha256, storeTag }: NotedContent) =>
  sha256 === null && storeTag !== null ? { tag: storeTag } : {};

type Kind = 'history' | 'current' | 'topic' | 'archive' | 'error';

const kindOf = ({ of, batchId }: NotedContent): Kind =>
  of === 'archive' || of === 'topic' ? of : of !== 'table' ? 'error' : batchId === null ? 'current' : 'history';

const DAMAGED: Readonly<Record<Kind, FindingKind>> = {
  history: 'history-damaged',
  current: 'current-damaged',
  topic: 'topic-damaged',
  archive: 'copy-damaged',
  error: 'refused-damaged',
};

const GONE: Readonly<Record<Kind, FindingKind>> = {
  history: 'file-gone',
  current: 'file-gone',
  topic: 'file-gone',
  archive: 'copy-gone',
  error: 'refused-gone',
};

/** In words, with what helps against it; undefined: it is what was written, or nobody knows what that was. */
async function faultOf(
  work: Reading,
  content: NotedContent,
  source: () => ReturnType<ReturnType<typeof locate>['store']['read']>,
): Promise<string | undefined> {
  const { sha256, tag, storeTag, uri } = content;
  // The tag of an object that was uploaded in one part and without a key of its own is the MD5 of its content.
  const by = sha256 === null ? 'md5' : 'sha256';
  const found = await digestOf(await source(), by, work.onBytes);
  if (found === (sha256 ?? tag)) return undefined;
  if (sha256 !== null) return `its SHA-256 is ${found}, and was ${sha256}${await helpFor(work, content)}`;
  if (storeTag === null) work.findings.note('unproven', uri);
  return undefined;
}

/** The connection with what was found is one, and gives the contents; whatever is asked beside it goes another way. */
async function helpFor(
  { workspace }: Reading,
  { of, batchId, loadId, objectId, deliveredAt }: NotedContent,
): Promise<string> {
  if (of === 'archive' && objectId === null)
    return '; it has records of a topic, whose rows are in the table all the same';
  if (loadId !== null) return `; its load: --load ${loadId}`;
  if (batchId !== null) {
    const loads = (await historyBatches(workspace.pool, [batchId])).flatMap(({ loadIds }) => loadIds);
    return `; its loads: ${loads.map((id) => `--load ${id}`).join(' ')}`;
  }
  return deliveredAt === null ? '' : `; as it was delivered it lies at ${deliveredAt}`;
}

/** @returns false; @throws what is no fault of the content */
async function tellUnread(work: Reading, content: NotedContent, storeUri: string, error: unknown): Promise<false> {
  const { findings, workspace } = work;
  const { dataset, uri } = content;
  const kind = kindOf(content);
  if (isStoreTrouble(error)) tellOutOfReach(work, storeUri, error);
  else if (error instanceof UserError && error.code === 'object-gone') {
    // A commit may have replaced it since, and maintain removed it.
    if (await isNoted(workspace.pool, uri)) findings.add(GONE[kind], dataset, uri);
  } else if (error instanceof UserError && OF_CONTENT.includes(error.code))
    findings.add(DAMAGED[kind], dataset, uri, `${error.problem}${await helpFor(work, content)}`);
  else if (BARRED.includes(codeOf(error)))
    findings.add(DAMAGED[kind], dataset, uri, `it cannot be read (${codeOf(error)})${await helpFor(work, content)}`);
  else throw error;
  return false;
}

const OF_CONTENT: readonly string[] = ['content-changed', 'content-cut-short', 'damaged-transfer'];

/** Of a file that is there. */
const BARRED: readonly string[] = ['EIO', 'EACCES', 'EPERM'];

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);
