import { describe, expect, it } from '@jest/globals';
import { type Column, type ColumnFacts, metricsOf, POSITION_DELETE_COLUMNS } from '../../src/index.ts';

const COLUMNS: Column[] = [
  { id: 4, name: 'mask', type: { type: 'list', 'element-id': 5, element: 'int', 'element-required': false } },
  { id: 101, name: 'price', type: 'double' },
  { id: 102, name: 'name', type: 'string' },
];
const of = (facts: ColumnFacts) => metricsOf([facts], COLUMNS).get(facts.id);
const ZEROS = { lower: Buffer.from('0000000000000080', 'hex'), upper: Buffer.from('000000000000f03f', 'hex') };

describe('metrics', () => {
  it('hold counts as they are told, and nothing that is not', () => {
    expect(of({ id: 102, nulls: 1, values: 3, bytes: 40 })).toEqual({ nulls: 1n, values: 3n, size: 40n });
    expect(of({ id: 102 })).toEqual({});
  });

  it('have bounds of one side where the other cannot be read', () => {
    const highest = '\u{10ffff}'.repeat(17);
    expect(of({ id: 102, min: 'a', max: highest })).toEqual({ lower: Uint8Array.of(0x61) });
  });

  it('have no bounds where NaN is or may be', () => {
    expect(of({ id: 101, min: '0', max: '1', hasNan: true })).toEqual({});
    expect(of({ id: 101, min: '0', max: '1' })).toEqual({});
    const known = of({ id: 101, min: '0', max: '1', hasNan: false });
    expect(known?.nans).toBe(0n);
    expect(Buffer.from(known!.lower!)).toEqual(ZEROS.lower);
    expect(Buffer.from(known!.upper!)).toEqual(ZEROS.upper);
  });

  it('count the elements of a list and bound neither them nor the list', () => {
    expect(of({ id: 5, min: '101', max: '103', nulls: 0, values: 2 })).toEqual({ nulls: 0n, values: 2n });
    expect(of({ id: 4, min: '101', max: '103' })).toEqual({});
  });

  it('pass over columns that the table does not have', () => {
    expect(metricsOf([{ id: 999, min: 'a' }], COLUMNS).size).toBe(0);
  });

  it('keep paths of position deletes whole', () => {
    const path = 's3://a-bucket/stage/edw_sample/base/0001.parquet';
    const metrics = metricsOf([{ id: 2147483546, min: path, max: path }], POSITION_DELETE_COLUMNS);
    expect(metrics.get(2147483546)).toEqual({
      lower: new TextEncoder().encode(path),
      upper: new TextEncoder().encode(path),
    });
  });
});
