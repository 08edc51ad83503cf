/** Proves the parts of a sync that only decide: what is asked for, which link is taken, what is fetched next. */
import { SignedLink, type ListedResult } from '@farelake/dmap';
import { setTimeout as sleep } from 'node:timers/promises';
import { askFor, askForLinks } from '../../src/dmap/ask.ts';
import { chooseSets } from '../../src/dmap/choose-sets.ts';
import { openConnections } from '../../src/dmap/connections.ts';
import { openLinkBook } from '../../src/dmap/link-book.ts';
import { CITATION, contractOf, DAILY } from './support/sync-world.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const KNOWN = {
  watermark: '2026-03-09T23:59:59.000000000',
  fullAt: new Date('2026-03-09T00:00:00Z'),
  oldestWaiting: null,
  known: 1,
  now: NOW,
};

describe('what a listing asks for', () => {
  it.each([
    ['at first everything', { ...KNOWN, watermark: null, fullAt: null }, {}, undefined, true],
    ['then from the day before the watermark', KNOWN, {}, '2026-03-08', true],
    ['across the turn of a year', { ...KNOWN, watermark: '2026-01-01T00:00:00.000000000' }, {}, '2025-12-31', true],
    [
      'for what still has to be fetched, too',
      { ...KNOWN, oldestWaiting: '2026-02-01T08:00:00.000000000' },
      {},
      '2026-01-31',
      true,
    ],
    [
      'of which the newest changes nothing',
      { ...KNOWN, oldestWaiting: '2026-03-09T08:00:00.000000000' },
      {},
      '2026-03-08',
      true,
    ],
    ['never from a day that is none', { ...KNOWN, oldestWaiting: '0001-01-01T10:00:00.0' }, {}, '0001-01-01', true],
    ['not yet everything again', { ...KNOWN, fullAt: new Date('2026-03-03T12:00:01Z') }, {}, '2026-03-08', true],
    ['each seventh day everything', { ...KNOWN, fullAt: new Date('2026-03-03T12:00:00Z') }, {}, undefined, true],
    ['everything where that is wished', KNOWN, { full: true }, undefined, true],
    ['a day that leaves a gap moves nothing', KNOWN, { since: '2026-03-09' }, '2026-03-09', false],
    ['one that leaves none does', KNOWN, { since: '2026-03-08' }, '2026-03-08', true],
    [
      'before anything is known a day moves nothing',
      { ...KNOWN, watermark: null, fullAt: null },
      { since: '2000-01-01' },
      '2000-01-01',
      false,
    ],
  ])('%s', (_, record, wish, since, moves) => {
    expect(askFor(record, wish)).toEqual({ since, moves });
  });

  it('for links from the day before the oldest that is wanted', () => {
    expect(askForLinks(KNOWN, '2026-03-09T10:00:00.000000000')).toEqual({ since: '2026-03-08', moves: true });
    expect(askForLinks({ ...KNOWN, oldestWaiting: '2026-02-01T00:00:00.000000000' }, '2026-03-09T10:00:00.0')).toEqual({
      since: '2026-01-31',
      moves: true,
    });
    expect(askForLinks(KNOWN, '2026-03-10T10:00:00.000000000')).toEqual({ since: '2026-03-09', moves: false });
  });
});

describe('links', () => {
  const listed = (datasetId: string, place = datasetId): ListedResult => ({
    ...{ datasetId, startDate: '2026-01-01', endDate: '2026-01-01', lastUpdated: '2026-01-02T00:00:00.000000000' },
    link: new SignedLink(`https://vendor.example/${place}?sig=x`),
  });

  it('are taken for 45 minutes, and a newer one takes the place of a refused one', () => {
    let minutes = 0;
    const book = openLinkBook(() => minutes * 60_000);
    const [one, newer] = [listed('a', 'one'), listed('a', 'newer')];
    book.put([one, listed('b')]);
    minutes = 45;
    expect(book.take(one)).toBe(one.link);
    minutes = 46;
    expect(book.take(one)).toBeUndefined();
    book.put([newer]);
    // Refused was the one before: that says nothing of this one.
    book.refuse(one, one.link);
    expect(book.take(one)).toBe(newer.link);
    book.refuse(one, newer.link);
    expect(book.take(one)).toBeUndefined();
  });

  it('of what is not to be fetched are forgotten', () => {
    const book = openLinkBook();
    const [a, b] = [listed('a'), listed('b')];
    book.put([a, b]);
    book.keepOnly([b]);
    expect([book.take(a), book.take(b)]).toEqual([undefined, b.link]);
  });
});

describe('connections', () => {
  it('take what comes first in the order of all sets, a few at once', async () => {
    const connections = openConnections<number>(2, (a, b) => a < b);
    const begun: number[] = [];
    let [underWay, most] = [0, 0];
    const fetch = async (item: number) => {
      begun.push(item);
      most = Math.max(most, (underWay += 1));
      await sleep(1);
      underWay -= 1;
    };
    await Promise.all([connections.fetchAll([1, 4, 6, 8], fetch), connections.fetchAll([2, 3, 5, 7], fetch)]);
    expect(most).toBe(2);
    // The first set had both connections before the second one came.
    expect(begun).toEqual([1, 4, 2, 3, 5, 6, 7, 8]);
  });

  it('leave the further items of a set that failed, and the other sets alone', async () => {
    const connections = openConnections<number>(2, (a, b) => a < b);
    const begun: number[] = [];
    const fetch = (item: number) => {
      begun.push(item);
      return item === 1 ? Promise.reject(new Error('one')) : sleep(1);
    };
    const [failed, other] = await Promise.allSettled([
      connections.fetchAll([1, 2, 9], fetch),
      connections.fetchAll([3, 4], fetch),
    ]);
    expect([failed.status, other.status]).toEqual(['rejected', 'fulfilled']);
    expect(begun).toEqual([1, 2, 3, 4]);
    await connections.fetchAll([], fetch);
  });
});

it('sets are chosen by their name or that of their table', () => {
  const contracts = new Map([DAILY, CITATION].map((set) => [contractOf(set).dataset, contractOf(set)]));
  expect(chooseSets(contracts, undefined).map(({ set }) => set)).toEqual([DAILY.set, CITATION.set]);
  for (const name of ['citation', 'dmap_citation', 'CITATION'])
    expect(chooseSets(contracts, [name])).toEqual([{ ...CITATION, dataset: 'dmap_citation' }]);
  expect(() => chooseSets(contracts, ['citation', 'sale'])).toThrow(/"sale".*agg_daily_fareprod, citation/);
});
