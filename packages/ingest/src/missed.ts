import type { ObjectStore, SkippedEntry } from '@farelake/lake';
import { deliveredName } from './object/delivered-name.ts';

/** Whether something is missed that the listing of a place of deliveries left out: a pipe beside them is nobody's delivery. */
export const isMissed = (store: Pick<ObjectStore, 'uri'>, { path, harmless, special }: SkippedEntry): boolean =>
  harmless !== true && (special !== true || deliveredName(store, path) !== undefined);
