/**
 * The sample's transactions as the vendor's API tells them: datasets of `use_transaction_location`, a service day each. Not all that
 * the database has, and some of them twice, so that there is something to see.
 */
import { gzipSync } from 'node:zlib';
import { formatCsv, VENDOR_OPTIONS } from '../csv.ts';
import type { Dataset } from '../dmap/datasets.ts';
import { inventField } from '../dmap/invented.ts';
import { DMAP_SETS } from '../dmap/sets/index.ts';
import { DEFAULT_SEED } from '../feed.ts';
import { deriveSeed, seededRandom } from '../random.ts';
import { DAY, instant, SECOND } from '../time.ts';
import { serviceDay, trialTransactions } from './transactions.ts';

/** A use of a fare medium, as the vendor's warehouse has it. */
export interface Use {
  readonly id: string;
  readonly device: string;
  /** To the second. */
  readonly at: number;
}

export function trialUses(seed: number): readonly Use[] {
  const random = seededRandom(deriveSeed(seed, 'uses'));
  return trialTransactions(seed)
    .filter(({ lives }) => lives && !random.chance(0.02))
    .flatMap(({ id, device, at }) => {
      const use = { id, device, at: Math.floor(at / SECOND) * SECOND };
      return random.chance(0.01) ? [use, use] : [use];
    });
}

const SET = 'use_transaction_location';

/** The datasets, by day. The same seed gives the same text. */
export function* generateUses(seed: number = DEFAULT_SEED): Generator<Dataset> {
  const shape = DMAP_SETS.find(({ set }) => set === SET);
  if (shape === undefined) throw new Error(`${SET} is no set`);
  const names = shape.columns.map(({ name }) => name);
  for (const [day, uses] of Map.groupBy(trialUses(seed), ({ at }) => serviceDay(at))) {
    const random = seededRandom(deriveSeed(seed, `${SET} ${day}`));
    const records = uses.map((use) => {
      const own: Readonly<Record<string, string>> = {
        id: use.id,
        device_id: use.device,
        transaction_dtm: new Date(use.at).toISOString().slice(0, 19).replace('T', ' '),
        operating_day: `${day} 00:00:00`,
      };
      return shape.columns.map((column) => own[column.name] ?? (inventField(column, { random, at: use.at }) || null));
    });
    const text = [...formatCsv(names, records, VENDOR_OPTIONS)].join('');
    const issued = new Date(instant(`${day}T00:00:00.000`) + 2 * DAY).toISOString().slice(0, 19);
    yield {
      ...{ api: shape.api, set: SET, datasetId: `${SET}_${day.replaceAll('-', '')}`, startDate: day, endDate: day },
      ...{ lastUpdated: `${issued}.000000`, rows: uses.length, text, body: gzipSync(text) },
    };
  }
}
