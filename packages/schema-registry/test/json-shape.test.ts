import { expect, test } from '@jest/globals';
import { faultText, shapeOf } from '../src/index.ts';

const schema = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1 },
    place: { type: ['string', 'null'] },
    kind: { enum: ['a', 'b'] },
  },
};

test('what fits is the value itself', () => {
  const value = { name: 'x', place: null };
  expect(shapeOf<typeof value>(schema)(value)).toEqual({ ok: true, value });
});

test('all that is wrong is told, with what was found', () => {
  const reading = shapeOf(schema)({ place: 3, kind: 'c', more: [] });
  expect(reading.ok ? [] : reading.faults.map(faultText)).toEqual([
    '$.name: is required',
    "$.more: is not known here; allowed: 'name', 'place', 'kind'",
    '$.place: must be text or null; found 3',
    "$.kind: is none of the allowed values; found 'c'; allowed: 'a', 'b'",
  ]);
});

test('faults of one value stay when another is checked', () => {
  const check = shapeOf(schema);
  const first = check({ name: '' });
  check({ name: 'x' });
  expect(first).toMatchObject({ ok: false, faults: [{ path: '$.name', problem: 'must not be empty', found: '' }] });
});

test('a schema is compiled when it is used, not when it is written down', () => {
  const check = shapeOf({ type: 'none of JSON' });
  expect(() => check(1)).toThrow('schema is invalid');
});
