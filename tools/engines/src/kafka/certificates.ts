/** Certificates of a test's broker, made on the spot by the JDK's keytool: nothing secret lies in the repository. */
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../cache.ts';

const run = promisify(execFile);

/** Of stores that live as long as a test. */
export const STORE_PASSWORD = 'changeit';

export interface Certificates {
  /** PKCS12: the broker's key and certificate, for the name `localhost` alone, signed by the CA. */
  readonly keystore: string;
  /** PKCS12: the same of a certificate that ran out long ago. */
  readonly expiredKeystore: string;
  /** PEM: the certificate of the CA. */
  readonly caFile: string;
  /** PEM: a CA that has signed nothing here. */
  readonly otherCaFile: string;
}

/** Makes them in a folder, once. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const at = (name: string): string => path.join(folder, name);
  const made = {
    ...{ keystore: at('broker.p12'), expiredKeystore: at('expired.p12') },
    ...{ caFile: at('ca.pem'), otherCaFile: at('other-ca.pem') },
  };
  // The last to appear says that all are there.
  if (await exists(made.otherCaFile)) return made;
  await Promise.all([
    signedBy('ca', { keystore: made.keystore, caFile: made.caFile, from: '-1d' }),
    signedBy('old', { keystore: made.expiredKeystore, caFile: at('old-ca.pem'), from: '-30d' }),
    authority('other', at('other.p12')).then(() => exportCertificate('other', at('other.p12'), at('other-ca.new'))),
  ]);
  await rename(at('other-ca.new'), made.otherCaFile);
  return made;
}

interface Signed {
  readonly keystore: string;
  readonly caFile: string;
  /** When the certificate begins to hold, for ten days; the CA's begins now. */
  readonly from: string;
}

async function signedBy(ca: string, { keystore, caFile, from }: Signed): Promise<void> {
  await authority(ca, keystore);
  const broker = ['-alias', 'broker', '-dname', 'CN=broker', '-signer', ca, '-ext', 'san=dns:localhost'];
  await keytool(keystore, ['-genkeypair', ...EC, ...broker, '-startdate', from, '-validity', '10']);
  await exportCertificate(ca, keystore, caFile);
  // With two keys in its store a broker might show the CA's.
  await keytool(keystore, ['-delete', '-alias', ca]);
}

const EC = ['-keyalg', 'EC', '-groupname', 'secp256r1'];

const authority = (name: string, keystore: string): Promise<void> =>
  keytool(keystore, [
    ...['-genkeypair', ...EC, '-alias', name, '-dname', `CN=${name} of farelake's tests`, '-validity', '10'],
    ...['-ext', 'bc:c', '-ext', 'ku:c=keyCertSign'],
  ]);

const exportCertificate = (name: string, keystore: string, file: string): Promise<void> =>
  keytool(keystore, ['-exportcert', '-rfc', '-alias', name, '-file', file]);

async function keytool(keystore: string, args: readonly string[]): Promise<void> {
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD, '-noprompt'];
  await run('keytool', [...args, ...store]);
}
