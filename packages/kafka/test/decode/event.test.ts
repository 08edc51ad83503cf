import { expect, test } from '@jest/globals';
import { decodeEvent, eventRecord, type KafkaRecord } from '../../src/index.ts';
import { NOON, record } from '../support/records.ts';

const ARN = 'arn:aws:kafka:us-east-1:123456789012:cluster/taps/6fb0ab6a-1';

/** As the developer guide of AWS Lambda shows them. */
const msk = (records: unknown, more: object = {}): unknown => ({
  eventSource: 'aws:kafka',
  eventSourceArn: ARN,
  bootstrapServers: 'b-2.taps.kafka:9096,b-1.taps.kafka:9096',
  records,
  ...more,
});

const raw = {
  topic: 'taps',
  partition: 0,
  offset: 15,
  timestamp: Number(NOON),
  timestampType: 'CREATE_TIME',
  key: 'YWJjREVGMTIz',
  value: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
  headers: [{ headerKey: [104, 101, 97, -28, 228] }, { none: null }, { empty: [] }],
};

test('an event of MSK: several partitions, keys, values, headers with signed bytes', () => {
  const { cluster, topicIds, records } = decodeEvent(msk({ 'taps-0': [raw], 'taps-1': [{ ...raw, partition: 1 }] }));
  expect({ cluster, topicIds }).toEqual({ cluster: ARN, topicIds: new Map() });
  expect(records.map(({ partition }) => partition)).toEqual([0, 1]);
  expect(records[0]).toMatchObject({ topic: 'taps', offset: 15n, timestamp: NOON, timestampType: 'CreateTime' });
  expect(Buffer.from(records[0]?.key ?? []).toString()).toBe('abcDEF123');
  expect(Buffer.from(records[0]?.value ?? []).toString()).toBe('Hello, this is a test.');
  expect(records[0]?.headers).toEqual([
    ['headerKey', Uint8Array.from([104, 101, 97, 228, 228])],
    ['none', null],
    ['empty', new Uint8Array()],
  ]);
});

test('timestamps of any kind: whether they make a row is not for the decoding to say', () => {
  const odd = [-2, '-9223372036854775808', '9223372036854775807'].map((timestamp) => ({ ...raw, timestamp }));
  expect(decodeEvent(msk({ 'taps-0': odd })).records.map(({ timestamp }) => timestamp)).toEqual([
    -2n,
    -(2n ** 63n),
    2n ** 63n - 1n,
  ]);
});

test.each([
  ['null', { key: null, value: null }],
  ['absent', { key: undefined, value: undefined }],
])('key and value that are %s: neither is there, a tombstone', (_, more) => {
  const [one] = decodeEvent(msk({ 'taps-0': [{ ...raw, ...more }] })).records;
  expect(one).toMatchObject({ key: null, value: null });
});

test('an empty value is no tombstone', () => {
  expect(decodeEvent(msk({ 'taps-0': [{ ...raw, value: '' }] })).records[0]?.value).toEqual(Buffer.alloc(0));
});

test('a cluster of one’s own is known by its servers, in whatever order, or by a name that was given', () => {
  const own = { eventSource: 'SelfManagedKafka', bootstrapServers: 'b:9092, a:9092', records: {} };
  expect(decodeEvent(own).cluster).toBe('a:9092,b:9092');
  expect(decodeEvent(own, 'vendor').cluster).toBe('vendor');
  expect(decodeEvent(msk({}), 'vendor').cluster).toBe('vendor');
});

test('offsets beyond what JSON numbers hold come as text', () => {
  const big = { ...raw, offset: '9223372036854775807' };
  expect(decodeEvent(msk({ 'taps-0': [big] })).records[0]?.offset).toBe(9_223_372_036_854_775_807n);
});

test.each([
  ['another event', { Records: [] }, '$.eventSource is neither'],
  ['no object', [], '$ is no object'],
  ['no records', msk(undefined), '$.records is no object'],
  ['a partition that is no list', msk({ 'taps-0': {} }), '$.records["taps-0"] is no list'],
  ['no offset', msk({ 'taps-0': [{ ...raw, offset: undefined }] }), '$.records["taps-0"][0].offset is no whole number'],
  [
    'an offset below 0',
    msk({ 'taps-0': [{ ...raw, offset: -1 }] }),
    '[0].offset is no whole number from 0 to 9223372036854775807',
  ],
  [
    'an offset of more than 64 bits',
    msk({ 'taps-0': [{ ...raw, offset: '9223372036854775808' }] }),
    '[0].offset is no whole number',
  ],
  ['a value that is no Base64', msk({ 'taps-0': [{ ...raw, value: 'sec ret' }] }), '[0].value is no Base64'],
  ['headers of text', msk({ 'taps-0': [{ ...raw, headers: [{ a: 'b' }] }] }), '[0].headers[0] is no list of bytes'],
  ['no topic', msk({ 'taps-0': [{ ...raw, topic: '' }] }), '[0].topic is no name of a topic'],
  ['a topic with NUL', msk({ 'taps-0': [{ ...raw, topic: 'a\0' }] }), '[0].topic is no name of a topic'],
  [
    'a partition of more than 32 bits',
    msk({ 'taps-0': [{ ...raw, partition: 3e9 }] }),
    '[0].partition is no whole number',
  ],
  ['no cluster', { eventSource: 'SelfManagedKafka', records: {} }, '$ is without eventSourceArn'],
])('refused: %s', (_, event, problem) => {
  expect(() => decodeEvent(event)).toThrow(expect.objectContaining({ code: 'not-a-kafka-event' }));
  expect(() => decodeEvent(event)).toThrow(problem);
});

test('a record made an event record is the same when it is decoded', () => {
  const records: KafkaRecord[] = [
    record('{}', {
      key: Buffer.from([0, 255]),
      headers: [
        ['h', Uint8Array.from([255, 0])],
        ['n', null],
      ],
    }),
    record('x', { value: null, offset: 2n ** 60n, timestamp: -1n, timestampType: 'none', partition: 3 }),
  ];
  const decoded = decodeEvent(msk({ any: records.map(eventRecord) })).records;
  const plain = (one: KafkaRecord) => ({
    ...one,
    key: one.key === null ? null : [...one.key],
    value: one.value === null ? null : [...one.value],
  });
  expect(decoded.map(plain)).toEqual(records.map(plain));
});
