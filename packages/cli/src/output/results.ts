import type { KnownResult } from '@farelake/db';

/** The period of a dataset, for people. */
export const periodText = (start: string, end: string): string => (start === end ? start : `${start} to ${end}`);

/** A sortable time without the digits that say nothing. */
export const issuedText = (lastUpdated: string): string => lastUpdated.replace(/\.?0+$/, '').replace('T', ' ');

/** How a result stands, in a word or two; null: the ledger has never heard of it. */
export function standingText(known: Pick<KnownResult, 'state' | 'lane' | 'inTable' | 'loadState'> | null): string {
  if (known === null) return 'new';
  const { state, lane, inTable, loadState } = known;
  if (inTable) return 'in the table';
  switch (state) {
    case 'listed':
      return lane === 'slow' ? 'to be fetched (slow lane)' : 'to be fetched';
    case 'failed':
      return 'not fetched';
    case 'fetched':
      return loadState === null ? 'fetched' : `fetched, ${loadState}`;
    case 'superseded':
    case 'withdrawn':
      return state;
  }
}
