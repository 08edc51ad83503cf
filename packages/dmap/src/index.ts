/** The public door of DMAP: the vendor's API, links, names of datasets. */
export { identityText, type DmapSet, type ListedResult, type ResultIdentity } from './listed-result.ts';
export { ApiKey } from './api-key.ts';
export { openVendor, type KeySource, type VendorOptions } from './open-vendor.ts';
export type { Pause } from './http/passing.ts';
export type { Patience } from './http/pause.ts';
export type { Timeouts } from './http/transport.ts';
export { redact } from './redact.ts';
export { isGzip } from './link/content-kind.ts';
export { SignedLink } from './link/signed-link.ts';
export { parseDay, parseInstant } from './instant.ts';
export { formatDatasetKey, parseDatasetKey, pathPart, type DatasetKey } from './dataset-key.ts';
export type { Downloaded, DownloadOptions, ListedPage, ListOptions, Vendor } from './vendor.ts';
export { studyRecords, type ColumnStudy, type FileStudy } from './draft/study.ts';
export { valueIn } from './draft/header.ts';
export { draftSetContract, type DraftedColumn, type SetDraft } from './draft/draft-contract.ts';
export type { Proposal } from './draft/personal.ts';
export { DMAP_CSV } from './csv-format.ts';
