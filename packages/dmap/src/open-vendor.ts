/** The vendor's API over HTTP. */
import { UserError, type DmapApi } from '@farelake/schema-registry';
import type { ApiKey } from './api-key.ts';
import { Pace } from './http/pace.ts';
import type { Pause } from './http/passing.ts';
import { PATIENCE, type Patience } from './http/pause.ts';
import { TIMEOUTS, Transport, type Timeouts } from './http/transport.ts';
import { downloadTo } from './link/download.ts';
import { isSafeAddress } from './link/signed-link.ts';
import { listPages } from './listing/list.ts';
import type { Vendor } from './vendor.ts';

/** A key, or who fetches it when it is needed for the first time. */
export type KeySource = ApiKey | (() => ApiKey | Promise<ApiKey>);

export interface VendorOptions {
  /** Where the two APIs lie; a path and a slash at its end are allowed. https, or http on this machine. */
  readonly baseUrl: string;
  readonly keys: { readonly [api in DmapApi]?: KeySource | undefined };
  /** Requests per second and API, all of its listings together; 5 unless given. */
  readonly pace?: number;
  readonly patience?: Patience;
  readonly timeouts?: Partial<Timeouts>;
  /** Told before each pause after which something is tried again. */
  readonly onPause?: (pause: Pause) => void;
}

const PER_SECOND = 5;

/** The variable of the environment that holds the key of an API. */
const KEY_VARIABLES: Readonly<Record<DmapApi, string>> = {
  aggregations: 'DMAP_PUBLIC_KEY',
  transactional: 'DMAP_CONTROLLED_KEY',
};

/**
 * Opens the API; nothing is asked yet.
 * @throws UserError `dmap-bad-base-url`; later `dmap-no-key` when an API is first used whose key is missing
 */
export function openVendor(options: VendorOptions): Vendor {
  const { patience = PATIENCE, timeouts, onPause } = options;
  const baseUrl = baseOf(options.baseUrl);
  const transport = new Transport({ ...TIMEOUTS, ...timeouts });
  const perSecond = options.pace ?? PER_SECOND;
  const paces: Readonly<Record<DmapApi, Pace>> = {
    aggregations: new Pace(perSecond),
    transactional: new Pace(perSecond),
  };
  const retry = { patience, onPause };
  const keys = new Map<DmapApi, Promise<ApiKey>>();
  const keyOf = (api: DmapApi): Promise<ApiKey> => {
    const key = keys.get(api) ?? resolveKey(api, options.keys[api]);
    keys.set(api, key);
    // A secret store that was away may be back when it is asked again.
    key.catch(() => keys.delete(api));
    return key;
  };
  return {
    list: (set, listing) => listPages({ baseUrl, transport, pace: paces[set.api], keyOf, retry }, set, listing),
    download: (link, download) => downloadTo({ transport, retry }, link, download),
    close: () => transport.close(),
  };
}

async function resolveKey(api: DmapApi, source: KeySource | undefined): Promise<ApiKey> {
  const variable = KEY_VARIABLES[api];
  if (source === undefined)
    throw new UserError({
      code: 'dmap-no-key',
      problem: `There is no key of DMAP's API ${JSON.stringify(api)}.`,
      remedy: `Set ${variable} to it, or ${variable}_SECRET to the secret that holds it.`,
      data: { api, variable },
    });
  return typeof source === 'function' ? source() : source;
}

/** Without a slash at its end. */
function baseOf(text: string): string {
  const url = URL.parse(text);
  const holdsMore = url !== null && [url.username, url.password, url.search, url.hash].some((part) => part !== '');
  if (url === null || holdsMore || !isSafeAddress(url))
    throw new UserError({
      code: 'dmap-bad-base-url',
      problem:
        'The address of the DMAP API is no https address, or has a user, a query or a fragment; it is not shown.',
      remedy: 'Set DMAP_BASE_URL to https://<host>[/<path>]; http is allowed on this machine alone.',
    });
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
