/** A bucket on an S3 server of the test's own, behind a front that fails as it is told to. */
import { startFront, type Front } from '../../../lake/test/support/s3-front.ts';
import { s3Variables, startS3, type S3Server } from '../../../lake/test/support/s3-server.ts';

export interface FaultyBucket {
  readonly server: S3Server;
  readonly front: Front;
  close(): Promise<void>;
}

/** The environment leads to the front, with the patience of a test: whoever opens a store from now on reaches it. */
export async function openFaultyBucket(name: string): Promise<FaultyBucket> {
  const server = await startS3();
  const front = await startFront(server.endpoint);
  Object.assign(process.env, s3Variables(front.endpoint), { FARELAKE_S3_TIMEOUT: '1' });
  await server.makeBucket(name);
  const close = async () => {
    await front.close();
    await server.close();
  };
  return { server, front, close };
}
