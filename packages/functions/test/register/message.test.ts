import { readMessage } from '../../src/register/message.ts';
import { created, type Created } from '../support/events.ts';

const bucket = 'farelake-dev-incoming-111122223333';
const read = (body: unknown) => readMessage(JSON.stringify(body), bucket);

test('the recorded event names its object', () => {
  const { key, size, etag } = created().detail.object;
  expect(read(created())).toEqual({ kind: 'created', object: { path: key, size, tag: etag } });
});

test.each(['a b+c%20d.dfm', 'EDW.Größe/LOAD1.csv.gz', 'a//b', '100%'])('the key %s is taken as it is', (key) => {
  expect(read(created({ key }))).toMatchObject({ object: { path: key } });
});

test.each<[string, unknown, string]>([
  ['a direct notification’s test', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket }, 'test event'],
  ['a deletion', { ...created(), 'detail-type': 'Object Deleted' }, 'not about new content'],
  ['tags', { ...created(), 'detail-type': 'Object Tags Added' }, 'not about new content'],
])('%s is ignored', (_, event, reason) => {
  expect(read(event)).toEqual({ kind: 'ignored', reason });
});

const without = (change: (event: Created) => void): unknown => {
  const event = created();
  change(event);
  return event;
};

test.each<[string, unknown, string]>([
  ['null', null, 'not a JSON object'],
  ['a list', [created()], 'not a JSON object'],
  ['an empty object', {}, 'no event of S3'],
  ['another source', { ...created(), source: 'my.own' }, 'no event of S3'],
  ['another bucket', without((event) => (event.detail.bucket.name = 'other')), 'of another bucket'],
  ['no detail', { ...created(), detail: undefined }, 'of another bucket'],
  ['no key', created({ key: '' }), 'without a key'],
  ['no ETag', created({ etag: '' }), 'without an ETag'],
  ['a size below zero', created({ size: -1 }), 'without a size'],
  ['a size that is text', created({ size: '1' as unknown as number }), 'without a size'],
])('%s is poison', (_, event, reason) => {
  expect(read(event)).toEqual({ kind: 'poison', reason });
});

test.each(['', 'hello', '{"detail":'])('%p is poison', (body) => {
  expect(readMessage(body, bucket)).toEqual({ kind: 'poison', reason: 'not a JSON object' });
});
