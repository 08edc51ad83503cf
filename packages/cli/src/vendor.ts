/** The DMAP API that the environment names, with its keys from where the deployment keeps them. */
import { ApiKey, openVendor, type Vendor, type VendorOptions } from '@farelake/dmap';
import { readSecret, type SecretPlace } from '@farelake/ingest';
import type { DmapApi } from '@farelake/schema-registry';
import { UsageError } from './output/problem.ts';
import type { Context } from './session.ts';

const KEYS: Readonly<Record<DmapApi, SecretPlace>> = {
  aggregations: {
    what: "key of DMAP's public sets",
    variable: 'DMAP_PUBLIC_KEY',
    reference: 'DMAP_PUBLIC_KEY_SECRET',
  },
  transactional: {
    what: "key of DMAP's controlled sets",
    variable: 'DMAP_CONTROLLED_KEY',
    reference: 'DMAP_CONTROLLED_KEY_SECRET',
  },
};

/** Where the key of an API is looked for, for whoever has to set it. */
export const keyVariables = (api: DmapApi): string => `${KEYS[api].variable} (or ${KEYS[api].reference})`;

/** Runs `work` with the vendor's API; a key is asked for when it is needed first. @throws UsageError `dmap-no-base-url` */
export async function withVendor<T>(context: Context, work: (vendor: Vendor) => Promise<T>): Promise<T> {
  const { environment, terminal } = context;
  if (environment.dmapBaseUrl === undefined)
    throw new UsageError({
      code: 'dmap-no-base-url',
      problem: 'DMAP_BASE_URL is not set: nobody knows where the API of the vendor is.',
      remedy: 'Set it to https://<host>[/<path>], and DMAP_PUBLIC_KEY, DMAP_CONTROLLED_KEY or both to its keys.',
    });
  const vendor = openVendor({
    baseUrl: environment.dmapBaseUrl,
    keys: { aggregations: keyOf('aggregations'), transactional: keyOf('transactional') },
    onPause: ({ place, reason, milliseconds }) => {
      terminal.progress(`${place}: ${reason}; trying again in ${Math.ceil(milliseconds / 1000)} s`);
    },
  });
  try {
    return await work(vendor);
  } finally {
    await vendor.close();
  }
}

function keyOf(api: DmapApi): VendorOptions['keys'][DmapApi] {
  const place = KEYS[api];
  const isSet = [place.variable, place.reference].some((name) => (process.env[name] ?? '') !== '');
  if (!isSet) return undefined;
  return async () => new ApiKey(Buffer.from(await readSecret(place)).toString('utf8'));
}
