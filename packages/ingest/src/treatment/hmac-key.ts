/** The key of keyed hashes, fetched when a contract asks for one. */
import { openHmacKey, type HmacKey } from '@farelake/lake';
import { UserError, type Contract } from '@farelake/schema-registry';
import { isSecretGiven, readSecret, type SecretPlace } from '../secret/read-secret.ts';
import { ownKey } from './own-key.ts';

const PLACE: SecretPlace = {
  what: 'key of keyed hashes',
  variable: 'FARELAKE_HMAC_KEY',
  reference: 'FARELAKE_HMAC_SECRET',
};

/** Bytes: as many as the hash has; of fewer, NIST SP 800-107 (5.3.4) says that the key is the weak part. */
const SHORTEST = 32;

export const needsHmacKey = ({ columns }: Contract): boolean => columns.some(({ treatment }) => treatment === 'hmac');

/**
 * Undefined for a contract that hashes nothing.
 * @param keyFile where a key is kept that nobody gave: made when it is needed for the first time. Absent: one has to be given
 * @throws UserError `hmac-key-too-short`, `hmac-key-json`, and those of `readSecret`
 */
export async function hmacKeyFor(contract: Contract, keyFile?: string): Promise<HmacKey | undefined> {
  if (!needsHmacKey(contract)) return undefined;
  const secret = keyFile !== undefined && !isSecretGiven(PLACE) ? await ownKey(keyFile) : await readSecret(PLACE);
  if (/^\s*\{/.test(Buffer.from(secret).toString('latin1')))
    throw new UserError({
      code: 'hmac-key-json',
      problem: 'The key of keyed hashes looks like JSON; it is taken as it stands, braces and names included.',
      remedy: 'Store the key alone, as plain text.',
    });
  if (secret.length < SHORTEST)
    throw new UserError({
      code: 'hmac-key-too-short',
      problem: `The key of keyed hashes has ${secret.length} bytes, and needs ${SHORTEST} at least.`,
      remedy: `Make one that nobody can guess and keep it as safe as the data: openssl rand -hex 32. Its text as it stands is the key.`,
      data: { bytes: secret.length, allowed: SHORTEST },
    });
  return openHmacKey(secret);
}
