import { expect, test } from '@jest/globals';
import { describeDrift, driftOf, type FileColumn } from '../src/index.ts';
import { SAMPLE_COLUMNS, sampleContract, sourceColumn } from './sample-contract.ts';

const contract = sampleContract();
const [id, name, inserted, updated] = SAMPLE_COLUMNS;

test.each<[string, FileColumn[]]>([
  ['as they are', [id, name, inserted, updated]],
  ['in another order', [updated, name, id, inserted]],
  ['with columns of Qlik', [sourceColumn('header__change_seq'), id, name, inserted, updated]],
  ['of another source type with the same meaning', [{ ...id, type: 'INT8' }, name, inserted, updated]],
])('same: columns %s', (_, columns) => {
  expect(driftOf(contract, columns)).toEqual({ verdict: 'same' });
});

test('every difference is told, by name', () => {
  const drift = driftOf(contract, [{ ...id, type: 'STRING' }, { ...name, name: 'sample_name' }, inserted, updated]);
  expect(drift).toEqual({
    verdict: 'different',
    differences: [
      { column: 'SAMPLE_ID', kind: 'type', file: 'string', contract: 'bigint' },
      { column: 'sample_name', kind: 'new', file: 'string' },
      { column: 'SAMPLE_NAME', kind: 'missing', contract: 'string' },
    ],
  });
  expect(describeDrift(drift)).toBe(
    'column SAMPLE_ID is string, in the contract bigint; new column sample_name (string); ' +
      'column SAMPLE_NAME (string) is missing',
  );
});

test('a type that no contract can have is a difference, not a failure', () => {
  const wide = { ...id, type: 'NUMERIC', precision: 50 };
  expect(driftOf(contract, [wide, name, inserted, updated])).toEqual({
    verdict: 'different',
    differences: [{ column: 'SAMPLE_ID', kind: 'type', file: 'NUMERIC(50,0)', contract: 'bigint' }],
  });
});
