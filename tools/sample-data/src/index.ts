/** The door of the generator: the small feed as data and how to write it, and feeds of any size. */
export { DEFAULT_SEED, deliverTable, TABLES } from './feed.ts';
export type { Delivery } from './delivery.ts';
export { datasetOf, type Check, type Expectation } from './expected.ts';
export { folderOf, type Table } from './table.ts';
export { UsageError } from './usage-error.ts';
export { generateFeed, type FeedSummary, type Progress, type TableSummary, type Watching } from './volume/generate.ts';
export type { VolumeExpectation } from './volume/expected.ts';
export type { FeedOptions } from './volume/options.ts';
export type { Mix, Skew } from './volume/plan.ts';
export { writeFeed, type Written } from './write.ts';
export { generateDatasets, type Dataset, type DatasetOptions } from './dmap/datasets.ts';
export { DMAP_SETS, type DmapSetName, type SetShape } from './dmap/sets/index.ts';
export { CLUSTER as TAPS_CLUSTER } from './taps/events.ts';
export { TOPIC as TAPS_TOPIC } from './taps/told.ts';
export { type Compared } from './taps/expected.ts';
export { generateUses } from './taps/uses.ts';
export { writeTaps } from './taps/write.ts';
