/** What the package of Iceberg's format says of a file reaches people as what it is, with what to do about it. */
import { describe, expect, it } from '@jest/globals';
import { BadMetadata, parseMetadata } from '@farelake/iceberg';
import { UserError } from '@farelake/schema-registry';
import { tellBadMetadata, tellDamage } from '../../src/catalog/metadata-io.ts';

function told(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
const bad = told(() => parseMetadata(new TextEncoder().encode('{')));

describe('a metadata file that cannot be read', () => {
  it('is no error of ours before it is told', () => {
    expect(bad).toBeInstanceOf(BadMetadata);
    expect(bad).not.toBeInstanceOf(UserError);
  });

  it('is a user error with a remedy, of a table that the ledger has and of one that it has not', () => {
    for (const [code, error] of [
      ['metadata-damaged', told(() => tellDamage('edw_x', bad))],
      ['bad-metadata', told(() => tellBadMetadata(bad))],
    ]) {
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ code, cause: bad, remedy: expect.any(String) });
      expect((error as UserError).message).not.toContain('..');
    }
  });

  it('leaves every other error as it is', () => {
    const other = new Error('x');
    expect(told(() => tellDamage('edw_x', other))).toBe(other);
    expect(told(() => tellBadMetadata(other))).toBe(other);
  });
});
