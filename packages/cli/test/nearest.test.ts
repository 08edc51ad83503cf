/** Proves which names are offered for one that there is not. */
import type { Contract } from '@farelake/schema-registry';
import { findContract } from '../src/find-contract.ts';
import { nearest } from '../src/nearest.ts';

const NAMES = ['dmap_citation', 'edw_card', 'edw_device_event', 'edw_fare_transaction', 'edw_product', 'taps'];

it.each<[string, string[]]>([
  ['EDW.CARDS', ['edw_card']],
  ['edw_crad', ['edw_card']],
  ['card', ['edw_card']],
  ['edw.fare_transactoin', ['edw_fare_transaction']],
  ['edw', ['edw_card', 'edw_product', 'edw_device_event']],
  ['tap', ['taps']],
  ['something else', []],
  ['', []],
  ['.', []],
])('for %j: %j', (written, expected) => {
  expect(nearest(written, NAMES)).toEqual(expected);
});

it('a table that there is not is told with what may be meant, not with all there are', () => {
  const source = { schema: 'S', table: 'T' };
  const contracts = new Map(NAMES.map((dataset) => [dataset, { dataset, source, feed: 'qlik' } as Contract]));
  const finding = (table: string) => () => findContract({ contracts, faulty: new Map() }, table);
  expect(finding('EDW.CARDS')).toThrow(/^EDW\.CARDS: no contract of that name; do you mean edw_card\? /);
  expect(finding('edw_card_history')).toThrow(/; it is the history of edw_card\. /);
  expect(finding('zebra')).toThrow(/^zebra: no contract of that name\. farelake table list /);
});
