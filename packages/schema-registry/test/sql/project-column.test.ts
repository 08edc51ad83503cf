/** Proves what a contract's column is made of, whatever feed its text came by. The values themselves: `parse` and `hmac`. */
import { describe, expect, test } from '@jest/globals';
import { type Contract, type ContractColumn, projectAbsentColumn, projectColumn } from '../../src/index.ts';
import { sampleContract } from '../sample-contract.ts';

const contract = sampleContract();
const published: Contract = { ...contract, publish: { postgres: true } };
const column = (change: Partial<ContractColumn>): ContractColumn => ({ ...contract.columns[1]!, ...change });
const TEXT = { text: '"@c2"', wholeRow: 'true', dialect: 'duckdb', emptyIsNull: true } as const;

describe('a column', () => {
  test('that may not be NULL refuses NULL in whole rows alone', () => {
    const bad = (wholeRow: string) => projectColumn(contract, column({ nullable: false }), { ...TEXT, wholeRow }).bad;
    expect(bad('true')).toContain('IS NULL AND true');
    expect(bad(`"@c1" = 'I'`)).toContain(`IS NULL AND "@c1" = 'I'`);
    expect(projectColumn(contract, column({}), TEXT).bad).not.toContain('IS NULL AND');
  });
  test.each<[string, Partial<ContractColumn>, boolean]>([
    ['public', { classification: 'public' }, false],
    ['pseudonymous', { classification: 'pseudonymous' }, true],
    ['hashed', { classification: 'personal', treatment: 'hmac' }, true],
  ])('that is %s: may its text be told?', (_, change, hidden) => {
    expect(projectColumn(contract, column(change), TEXT).hidden ?? false).toBe(hidden);
  });
  test('that goes to Postgres as text holds no NUL, unless it is hashed', () => {
    expect(projectColumn(published, column({}), TEXT).bad).toContain('chr(0)');
    expect(projectColumn(published, column({ treatment: 'hmac' }), TEXT).bad).not.toContain('chr(0)');
    expect(projectColumn(contract, column({}), TEXT).bad).not.toContain('chr(0)');
  });
  test('that is absent is NULL of the type that tables have; one that may not be NULL is a bug to ask for', () => {
    const hashed = column({ type: 'bigint', treatment: 'hmac' });
    expect(projectAbsentColumn(hashed)).toEqual({ name: 'sample_name', value: 'CAST(NULL AS VARCHAR)' });
    expect(() => projectAbsentColumn(column({ nullable: false }))).toThrow(/has no column SAMPLE_NAME/);
  });
});
