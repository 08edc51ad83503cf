/** The door of the generator: the feed as data, and how to write it. */
export { DEFAULT_SEED, deliverTable, TABLES } from './feed.ts';
export type { Delivery } from './delivery.ts';
export { datasetOf, type Check, type Expectation } from './expected.ts';
export { folderOf, type Table } from './table.ts';
export { writeFeed, type Written } from './write.ts';
