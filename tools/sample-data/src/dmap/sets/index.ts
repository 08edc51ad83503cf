/** The sets that the generator knows: those of the registry. */
import type { SetColumn } from '../columns.ts';
import { AGGREGATIONS } from './aggregations.ts';
import { CITATION } from './citation.ts';
import { DEVICE_EVENT } from './device-event.ts';
import { SALE_TRANSACTION } from './sale-transaction.ts';
import { USE_TRANSACTION_LOCATION } from './use-transaction-location.ts';
import { USE_TRANSACTION_LONGITUDINAL } from './use-transaction-longitudinal.ts';

const TRANSACTIONAL = {
  citation: CITATION,
  device_event: DEVICE_EVENT,
  sale_transaction: SALE_TRANSACTION,
  use_transaction_location: USE_TRANSACTION_LOCATION,
  use_transaction_longitudinal: USE_TRANSACTION_LONGITUDINAL,
} as const;

export type DmapSetName = keyof typeof AGGREGATIONS | keyof typeof TRANSACTIONAL;

export interface SetShape {
  /** The part of the vendor's path. */
  readonly api: 'aggregations' | 'transactional';
  readonly set: DmapSetName;
  readonly columns: readonly SetColumn[];
}

const shapes = (api: SetShape['api'], sets: Partial<Record<DmapSetName, readonly SetColumn[]>>): SetShape[] =>
  Object.entries(sets).map(([set, columns]) => ({ api, set: set as DmapSetName, columns }));

export const DMAP_SETS: readonly SetShape[] = [
  ...shapes('aggregations', AGGREGATIONS),
  ...shapes('transactional', TRANSACTIONAL),
];
