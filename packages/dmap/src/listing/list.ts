/** A listing: page after page until the end, at the API's pace, each request tried again as long as it is worth it. */
import { UserError } from '@farelake/schema-registry';
import type { ApiKey } from '../api-key.ts';
import { retried, unreachable, Passing, type RetryOptions } from '../http/passing.ts';
import type { Pace } from '../http/pace.ts';
import { LONGEST_ASKED } from '../http/pause.ts';
import { refusePassing, type Answer, type Transport } from '../http/transport.ts';
import type { DmapSet, ListedResult } from '../listed-result.ts';
import { holdsSecret } from '../redact.ts';
import type { ListedPage, ListOptions } from '../vendor.ts';
import { readAnswer, type ListedEntry } from './answer.ts';
import { Paging, type PagingStep } from './paging.ts';

/** Results asked for in one page: more is ignored (DESIGN §2.2). */
const LIMIT = 100;
/** Bytes of one answer. A page of 100 results has some 50 thousand. */
const LARGEST_ANSWER = 64 * 1024 * 1024;
/** Bytes of an error's answer that are looked at for its reason. */
const LARGEST_REASON = 64 * 1024;

const FAMILIES: Readonly<Record<DmapSet['api'], string>> = {
  aggregations: 'datasetpublicusersapi/aggregations',
  transactional: 'datasetcontrolleduserapi/transactional',
};

export interface ListingMeans {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly transport: Transport;
  /** Of the set's API: each has a key of its own, and may be asked to wait by itself. */
  readonly pace: Pace;
  readonly keyOf: (api: DmapSet['api']) => Promise<ApiKey>;
  readonly retry: Omit<RetryOptions, 'place' | 'signal'>;
}

export async function* listPages(
  means: ListingMeans,
  set: DmapSet,
  { since, signal }: ListOptions,
): AsyncGenerator<ListedPage> {
  const address = addressOf(means.baseUrl, set);
  const key = await means.keyOf(set.api);
  means.transport.keys.add(key);
  const paging = new Paging();
  for (;;) {
    const { offset } = paging;
    const entries = await askPage(means, address, { limit: LIMIT, offset, last_updated: since }, key, signal);
    if (offset === 0) refuseStrangers(address, entries);
    const given = entries.filter(({ identity }) => paging.isNew(identity));
    const step = paging.take(entries.map(({ identity }) => identity));
    if (given.length > 0) yield pageOf(given);
    if (step.kind === 'whole') return;
    if (step.kind !== 'ask') throw endOf(address, step);
  }
}

/** Names of sets come from contracts; one that would lead elsewhere is no set. */
function addressOf(baseUrl: string, { api, set }: DmapSet): string {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(set)) throw noSuchSet(`${baseUrl}/${FAMILIES[api]}`, set);
  return `${baseUrl}/${FAMILIES[api]}/${set}`;
}

function pageOf(entries: readonly ListedEntry[]): ListedPage {
  const results = new Map<string, ListedResult>();
  const unreadable: string[] = [];
  for (const { identity, read } of entries) {
    if ('fault' in read) unreadable.push(read.fault);
    else if (!results.has(identity)) results.set(identity, read);
  }
  return { results: [...results.values()], unreadable };
}

type Query = Readonly<Record<string, string | number | undefined>>;

async function askPage(
  { transport, pace, retry }: ListingMeans,
  address: string,
  query: Query,
  key: ApiKey,
  signal: AbortSignal,
): Promise<readonly ListedEntry[]> {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  const headers = { apikey: key.reveal(), accept: 'application/json', 'accept-encoding': 'identity' };
  const body = await retried(
    async () => {
      await pace.turn(signal);
      const answer = await transport.get(url, headers, signal);
      try {
        refusePassing(answer);
        return await bodyOf(answer, address, transport);
      } catch (error) {
        answer.giveUp();
        // A longer wait is told at once, for this set alone: others may be let in.
        if (error instanceof Passing && error.asked !== undefined && error.asked <= LONGEST_ASKED)
          pace.hold(performance.now(), error.asked);
        throw error;
      }
    },
    (last, tries) => unreachable(address, last, tries),
    { ...retry, place: address, signal },
  );
  const redact = (text: string): string => transport.redact(text);
  const reading = readAnswer(body, { redact, holdsSecret: (text) => holdsSecret(text, transport.keys) });
  if (!reading.ok) throw badAnswer(address, reading.problem);
  return reading.entries;
}

/** The text of a page. @throws UserError when the API refuses */
async function bodyOf(answer: Answer, address: string, transport: Transport): Promise<string> {
  const { status } = answer;
  if (status === 200) {
    const bytes = await firstBytes(answer, LARGEST_ANSWER);
    if (bytes.length > LARGEST_ANSWER) throw badAnswer(address, `it is larger than ${LARGEST_ANSWER / 1024 ** 2} MB`);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw badAnswer(address, 'it is no text in UTF-8');
    }
  }
  if (status === 404) throw noSuchSet(address, address.slice(address.lastIndexOf('/') + 1));
  if (status < 400) {
    const redirect = status >= 300 ? ', which leads elsewhere; redirects are not followed' : '';
    throw badAnswer(address, `it has status ${status}${redirect}`);
  }
  const said = transport.redact(reasonOf(Buffer.from(await firstBytes(answer, LARGEST_REASON)).toString('utf8')));
  throw new UserError({
    code: 'dmap-refused',
    problem: `${address} refuses: status ${status}${said === '' ? '' : ` (${said})`}.`,
    remedy:
      status === 401 || status === 403
        ? 'Check that the key is the one of this API, and that the vendor has opened the set to it.'
        : 'Check the address of the API and the name of the set.',
    data: { address, status },
  });
}

/** So many bytes and one piece more at most. */
async function firstBytes(answer: Answer, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  return Buffer.concat(pieces);
}

/** The words of an error's answer: of Apigee's JSON its fault, of a page of HTML nothing. */
function reasonOf(body: string): string {
  if (body.trimStart().startsWith('<')) return '';
  try {
    const { fault, message } = JSON.parse(body) as { fault?: { faultstring?: unknown }; message?: unknown };
    return [fault?.faultstring, message].find((words) => typeof words === 'string') ?? '';
  } catch {
    return body;
  }
}

/** One bad entry is left out and told; where no entry of the first page is good, this is not the API we know. */
function refuseStrangers(address: string, entries: readonly ListedEntry[]): void {
  const faults = entries.flatMap(({ read }) => ('fault' in read ? [read.fault] : []));
  if (entries.length > 1 && faults.length === entries.length)
    throw badAnswer(address, `none of its ${entries.length} entries can be read, the first because ${faults[0] ?? ''}`);
}

function endOf(address: string, step: Exclude<PagingStep, { kind: 'ask' | 'whole' }>): UserError {
  if (step.kind === 'unsteady')
    return new UserError({
      code: 'dmap-unsteady',
      problem: `The listing of ${address} kept changing while it was read; results may have been passed over.`,
      remedy: 'What was listed is kept. Run the sync again; it lists the same days once more.',
      data: { address },
    });
  return badAnswer(
    address,
    step.why === 'does-not-move'
      ? 'its pages do not move on: the same results come again and again, whatever `offset` asks for'
      : 'its pages do not come to an end',
  );
}

const badAnswer = (address: string, problem: string): UserError =>
  new UserError({
    code: 'dmap-bad-answer',
    problem: `The answer of ${address} cannot be used: ${problem}.`,
    remedy: 'Check that the address is the one of the API; if it is, the vendor has to mend the answer.',
    data: { address },
  });

const noSuchSet = (address: string, set: string): UserError =>
  new UserError({
    code: 'dmap-no-such-set',
    problem: `The DMAP API has no set ${JSON.stringify(set)} at ${address}.`,
    remedy: 'Check `source.table` of its contract and the address of the API; a set is known there by its exact name.',
    data: { set, address },
  });
