import { expect, test } from '@jest/globals';
import { storedColumns, storedType, type ContractColumn } from '../src/index.ts';
import { sampleContract } from './sample-contract.ts';

const contract = sampleContract();
const treated = (type: string, treatment: ContractColumn['treatment']): ContractColumn => ({
  ...contract.columns[0]!,
  type,
  treatment,
});

test('a kept column is stored as it is, a hashed one as text', () => {
  expect(storedType(treated('decimal(19,4)', 'keep'))).toEqual({ kind: 'decimal', precision: 19, scale: 4 });
  expect(storedType(treated('decimal(19,4)', 'hmac'))).toEqual({ kind: 'string' });
});

test('a dropped column is in no table', () => {
  const columns = [treated('string', 'keep'), treated('string', 'drop'), treated('string', 'hmac')];
  expect(storedColumns({ ...contract, columns }).map(({ treatment }) => treatment)).toEqual(['keep', 'hmac']);
  expect(() => storedType(treated('string', 'drop'))).toThrow('is dropped');
});
