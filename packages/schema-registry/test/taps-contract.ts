import type { Contract, ContractColumn } from '../src/index.ts';

const column = (id: number, name: string, sourceName: string, more: Partial<ContractColumn> = {}): ContractColumn => ({
  ...{ id, name, sourceName, type: 'string', nullable: false, classification: 'internal', treatment: 'keep' },
  description: '',
  ...more,
});

/** Of the topic that every tap of a fare medium is told in. */
export function tapsContract(more: Partial<Contract> = {}): Contract {
  return {
    feed: 'kafka',
    dataset: 'taps',
    source: { schema: 'kafka', table: 'taps' },
    version: 1,
    columns: [
      column(101, 'tap_id', 'tapId'),
      column(102, 'token_id', 'tokenId', { classification: 'pseudonymous', treatment: 'hmac' }),
      column(103, 'stop_id', 'stopId'),
      column(104, 'device_id', 'deviceId'),
    ],
    lastColumnId: 104,
    key: [],
    cdc: { updateImage: 'full', beforeImage: 'none' },
    layout: {},
    stream: { timeZone: 'America/New_York', dayStartsAt: '03:00' },
    publish: { postgres: false },
    owner: 'unassigned',
    ...more,
  };
}
