/** A bucket as an object store: what every store keeps, and what only a network and a bucket can get wrong. */
import { afterAll, beforeAll } from '@jest/globals';
import { ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Store } from '../../src/index.ts';
import { startFront, type Front } from '../support/s3-front.ts';
import { s3Variables, startS3, type S3Server } from '../support/s3-server.ts';
import { describeObjectStore } from './describe-object-store.ts';

let server: S3Server;
let front: Front;
let buckets = 0;
beforeAll(async () => {
  server = await startS3();
  front = await startFront(server.endpoint);
});
afterAll(async () => {
  await front.close();
  await server.close();
});

/** A bucket of its own, which the process reaches by the server itself or by the front. */
async function fresh(endpoint: string) {
  Object.assign(process.env, s3Variables(endpoint), { FARELAKE_S3_TIMEOUT: '2' });
  buckets += 1;
  const bucket = `bucket-${buckets}`;
  await server.makeBucket(bucket);
  const put = async (key: string, content: string | Buffer) => {
    await server.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  };
  const unfinished = async () => {
    const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.map((upload) => upload.Key ?? '');
  };
  return { bucket, put, unfinished };
}

describeObjectStore('a bucket', async () => {
  const { bucket, ...rest } = await fresh(front.endpoint);
  return { store: s3Store(`s3://${bucket}`), ...rest, knowsConditions: true, close: () => Promise.resolve() };
});

describeObjectStore('a prefix in a bucket of a server that knows no conditions', async () => {
  const { bucket, put, unfinished } = await fresh(server.endpoint);
  await put('pre', 'beside');
  await put('prefix-other/x', 'beside');
  const store = s3Store(`s3://${bucket}/pre/fix é+%20/`);
  return {
    store,
    put: (inside, content) => put(`pre/fix é+%20/${inside}`, content),
    unfinished,
    knowsConditions: false,
    close: () => Promise.resolve(),
  };
});
