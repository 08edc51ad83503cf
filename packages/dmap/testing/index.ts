/**
 * A stand-in for the vendor, for tests, the demonstration and measurements.
 *
 *   const standIn = await openStandIn({ linkSeconds: 60 });
 *   await standIn.issue({ api: 'aggregations', set: 'agg_daily_fareprod' }, [
 *     { datasetId: 'd_20220517', startDate: '2022-05-17', bytes: csvGz(['date', 'count'], [['2022-05-17', 4]]) },
 *   ]);
 *   standIn.fault({ on: 'link', answer: { kind: 'status', status: 403 } });
 *   … openVendor({ baseUrl: standIn.baseUrl, keys: … }), or a command with `standIn.variables` …
 *   await standIn.close();
 */
export { csvGz } from './content.ts';
export { status, type Answer, type Fault } from './faults.ts';
export type { Manners } from './listing.ts';
export { nameOf, numbered } from './numbered.ts';
export { openStandIn, type Dataset, type RequestSeen, type StandIn, type StandInOptions } from './stand-in.ts';
