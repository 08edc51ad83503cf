/**
 * A stand-in for the vendor: an HTTP server that speaks the API over Azurite's blob service, with real signed links that
 * really end. It listens on this machine alone.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathPart, type DmapSet } from '../src/index.ts';
import { ACCOUNT, startAzurite, type BlobPlace } from './azurite.ts';
import { Catalogue, type Entry } from './catalogue.ts';
import { answerWith, Faults, type Answer, type Asked, type Fault, type Right } from './faults.ts';
import { fetchBlob } from './links.ts';
import { askedSet, pageOf, written, type Manners } from './listing.ts';

export interface StandInOptions {
  /** Seconds that a link lives after it was listed; 3,600 unless given. The blob service counts whole seconds. */
  readonly linkSeconds?: number;
  /** All links lead through the proxy, so that `requests` has the downloads too. Without, only links with a fault do. */
  readonly watchLinks?: boolean;
  /** Files are not kept, and links lead nowhere: where listings alone are looked at. */
  readonly listingsOnly?: boolean;
  /** Path below which the API lies, `/api`; nothing unless given. */
  readonly basePath?: string;
}

/** One file that the vendor issues. */
export interface Dataset {
  readonly datasetId: string;
  /** First service day, `YYYY-MM-DD`; the last one is the same unless given. */
  readonly startDate: string;
  readonly endDate?: string;
  /** As the vendor writes it, `2022-05-18T12:12:24.897363`; now, and later than all before, unless given. */
  readonly lastUpdated?: string;
  /** The file as delivered (`csvGz` makes one). */
  readonly bytes: Uint8Array;
}

export interface RequestSeen extends Asked {
  /** Of a listing, as it was sent, without the key; of a link nothing, for it is signed. */
  readonly query: Readonly<Record<string, string>>;
  /** Bytes that were asked for: `bytes=100-`. */
  readonly range?: string;
  /** The fault that befell it. */
  readonly fault?: Answer['kind'];
  /** Milliseconds, as `Date.now()`. */
  readonly at: number;
}

export interface StandIn {
  readonly baseUrl: string;
  readonly keys: { readonly aggregations: string; readonly transactional: string };
  /** The variables that lead a command to it. */
  readonly variables: Readonly<Record<'DMAP_BASE_URL' | 'DMAP_PUBLIC_KEY' | 'DMAP_CONTROLLED_KEY', string>>;
  /** How it answers from now on; may be changed at any time. */
  readonly manners: Manners;
  /** Every request so far, oldest first; may be emptied. */
  readonly requests: RequestSeen[];
  /** Makes a set known, which has no datasets. Issuing does so too. */
  declare(set: DmapSet): void;
  /**
   * Issues datasets. One with the id of an earlier one takes its place in listings, as a new blob: links to the old one go on.
   * @param beside the earlier one is listed further on, too
   */
  issue(set: DmapSet, datasets: readonly Dataset[], options?: { readonly beside?: boolean }): Promise<void>;
  /** Takes a dataset out of listings; its blob stays. */
  remove(set: DmapSet, datasetId: string): void;
  /** Puts other bytes under the name of the blob that is listed: links to it lead to them. */
  replaceBlob(set: DmapSet, datasetId: string, bytes: Uint8Array): Promise<void>;
  /**
   * The next requests go wrong. A link is led through the proxy only if a fault is meant for it when it is listed, or all
   * are watched.
   */
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Sets and datasets, faults, manners, requests: it is as it was when it was opened, but for its keys. */
  forget(): void;
  /** All that may never be shown: the keys, and the signature of each link that was given, as written and as read. */
  secrets(): readonly string[];
  /** Ends it, with its blob service. Idempotent. */
  close(): Promise<void>;
}

/** Uploads at once. */
const UPLOADS = 8;

/** Starts one, in about a second. Needs `azurite` and `@azure/storage-blob`. */
export async function openStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const blobs = await startAzurite();
  try {
    return await serve(new Vendor(blobs, options));
  } catch (error) {
    await blobs.close();
    throw error;
  }
}

class Vendor {
  readonly blobs: BlobPlace;
  readonly options: StandInOptions;
  readonly keys = { aggregations: newKey(), transactional: newKey() };
  readonly catalogue = new Catalogue();
  readonly faults = new Faults();
  readonly manners: Manners = {};
  readonly requests: RequestSeen[] = [];
  readonly known = new Set<string>();
  readonly signatures = new Set<string>();
  origin = '';
  #blobs = 0;

  constructor(blobs: BlobPlace, options: StandInOptions) {
    this.blobs = blobs;
    this.options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const { pathname, searchParams } = new URL(target, 'http://stand-in');
    const isLink = pathname.startsWith(`/${ACCOUNT}/`);
    const asked = isLink ? this.#askedOfLink(pathname) : askedSet(pathname.slice((this.options.basePath ?? '').length));
    if (asked === undefined) {
      answerWith(response, NOT_FOUND, undefined);
      return;
    }
    const on = isLink ? 'link' : 'api';
    const fault = this.faults.take({ ...asked, on });
    this.requests.push({
      ...{ on, set: asked.set, at: Date.now(), query: isLink ? {} : Object.fromEntries(searchParams) },
      ...('datasetId' in asked ? { datasetId: asked.datasetId } : {}),
      ...(request.headers.range === undefined ? {} : { range: request.headers.range }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
    });
    if (fault?.kind === 'meanwhile') await fault.act();
    const right =
      'api' in asked
        ? this.#page(asked, request, searchParams)
        : await fetchBlob(this.blobs.origin, target, request, fault);
    answerWith(response, right, fault);
  }

  #askedOfLink(pathname: string): { readonly set: string; readonly datasetId: string } | undefined {
    const [, , , ...parts] = pathname.split('/');
    const [set = '', datasetId = ''] = parts.map(decodeURIComponent);
    return parts.length === 3 ? { set, datasetId: decodeURIComponent(datasetId) } : undefined;
  }

  #page(set: DmapSet, request: IncomingMessage, query: URLSearchParams): Right {
    if (request.headers.apikey !== this.keys[set.api]) return REFUSED;
    if (!this.known.has(nameOf(set))) return NOT_FOUND;
    const since = this.manners.ignoreSince === true ? '' : (query.get('last_updated') ?? '');
    const listed = [
      ...(this.manners.extraEntries ?? []).map((entry) => () => entry),
      ...this.catalogue.list(set, since).map((entry) => () => written(entry, this.#link(entry))),
    ];
    // Links are signed for what is given alone.
    const results = pageOf(listed, query, this.manners).map((entry) => entry());
    return json(200, { success: true, results });
  }

  #link(entry: Entry): string {
    const signed = this.blobs.sign(entry.blob, this.manners.linkSeconds ?? this.options.linkSeconds ?? 3600);
    const signature = /[?&]sig=([^&]+)/.exec(signed)?.[1] ?? '';
    this.signatures.add(signature).add(decodeURIComponent(signature));
    const meant = { on: 'link', set: entry.set, datasetId: entry.datasetId } as const;
    const through = this.options.watchLinks === true || this.faults.isWaiting(meant);
    return `${through ? this.origin : this.blobs.origin}${signed}`;
  }

  async issue(set: DmapSet, datasets: readonly Dataset[], beside: boolean): Promise<void> {
    const waiting = datasets.map((dataset) => {
      const { datasetId, startDate, endDate = startDate, lastUpdated = this.catalogue.now(), bytes } = dataset;
      const blob = `${pathPart(set.set)}/${pathPart(datasetId)}/${String(++this.#blobs)}.csv.gz`;
      return { entry: { ...set, datasetId, startDate, endDate, lastUpdated, blob }, bytes };
    });
    const entries = waiting.map(({ entry }) => entry);
    const upload = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        await this.blobs.put(next.entry.blob, next.bytes);
    };
    if (this.options.listingsOnly !== true) await Promise.all(Array.from({ length: UPLOADS }, upload));
    this.known.add(nameOf(set));
    // All at once: a listing that goes on meanwhile sees all of them or none.
    for (const entry of entries) this.catalogue.add(entry, beside);
  }

  forget(): void {
    this.known.clear();
    this.catalogue.clear();
    this.faults.clear();
    for (const manner of Object.keys(this.manners)) Reflect.deleteProperty(this.manners, manner);
    this.requests.length = 0;
  }

  async replaceBlob(set: DmapSet, datasetId: string, bytes: Uint8Array): Promise<void> {
    const entry = this.catalogue.find(set, datasetId);
    if (entry === undefined) throw new Error(`${datasetId} is not listed`);
    await this.blobs.put(entry.blob, bytes);
  }
}

async function serve(vendor: Vendor): Promise<StandIn> {
  const server = createServer((request, response) => {
    vendor.answer(request, response).catch((error: unknown) => {
      // A fault of the stand-in itself; the test that meets it is to see it.
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`stand-in: ${String(error)}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  vendor.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const baseUrl = `${vendor.origin}${vendor.options.basePath ?? ''}`;
  const { keys, catalogue, faults } = vendor;
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await vendor.blobs.close();
  };
  return {
    ...{ baseUrl, keys, manners: vendor.manners, requests: vendor.requests },
    variables: {
      DMAP_BASE_URL: baseUrl,
      DMAP_PUBLIC_KEY: keys.aggregations,
      DMAP_CONTROLLED_KEY: keys.transactional,
    },
    declare: (set) => void vendor.known.add(nameOf(set)),
    issue: (set, datasets, { beside = false } = {}) => vendor.issue(set, datasets, beside),
    remove: (set, datasetId) => {
      catalogue.remove(set, datasetId);
    },
    replaceBlob: (set, datasetId, bytes) => vendor.replaceBlob(set, datasetId, bytes),
    fault: (fault) => {
      faults.add(fault);
    },
    clearFaults: () => {
      faults.clear();
    },
    forget: () => {
      vendor.forget();
    },
    secrets: () => [...Object.values(keys), ...vendor.signatures],
    close: () => (closed ??= close()),
  };
}

const newKey = (): string => randomBytes(24).toString('base64url');
const nameOf = ({ api, set }: DmapSet): string => `${api}/${set}`;

const json = (status: number, value: unknown): Right => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
});

const REFUSED = json(401, {
  fault: { faultstring: 'Invalid ApiKey', detail: { errorcode: 'oauth.v2.InvalidApiKey' } },
});
const NOT_FOUND = json(404, { fault: { faultstring: 'Unable to identify proxy for host', detail: {} } });
