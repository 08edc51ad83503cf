/** What an error of the vendor says: of its API as a whole, of a link, or of the one dataset behind it. */
import { UserError } from '@farelake/schema-registry';

/** The API, not a dataset: it is away, refuses the key, does not know the set, answers what nobody understands. */
export const isOfApi = (error: unknown): error is UserError =>
  error instanceof UserError && error.code.startsWith('dmap-');

export const isMissingKey = (error: unknown): boolean => error instanceof UserError && error.code === 'dmap-no-key';

/** Every page came, but the listing kept changing: something may have been passed over. */
export const isUnsteady = (error: UserError): boolean => error.code === 'dmap-unsteady';

/** The link is of no use any more; another one of the same result may be. */
export const isExpired = (error: unknown): boolean => error instanceof UserError && error.code === 'link-expired';
