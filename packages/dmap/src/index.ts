/** The public door of DMAP: the vendor's API, links, names of datasets. */
export type { DmapSet, ListedResult, ResultIdentity } from './listed-result.ts';
export { SignedLink } from './link/signed-link.ts';
export { parseDay, parseInstant } from './instant.ts';
export {
  DMAP_PREFIX,
  formatDatasetKey,
  isNameable,
  parseDatasetKey,
  pathPart,
  type DatasetKey,
} from './dataset-key.ts';
export type { Downloaded, DownloadOptions, ListedPage, ListOptions, Vendor } from './vendor.ts';
