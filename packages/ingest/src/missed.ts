import { storeName, type ObjectStore, type SkippedEntry } from '@farelake/lake';
import { parseObjectKey } from '@farelake/qlik';

/** Whether something is missed that the listing of a place of deliveries left out: a pipe beside them is nobody's delivery. */
export const isMissed = (store: Pick<ObjectStore, 'uri'>, { path, harmless, special }: SkippedEntry): boolean =>
  harmless !== true && (special !== true || parseObjectKey(`${storeName(store.uri)}/${path}`) !== undefined);
