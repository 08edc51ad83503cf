/** A folder of a test's own, gone afterwards. */
import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Made at once, so that a test file can name it at its top. A blank and a percent sign in its name: paths are not encoded. */
export function testFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'farelake iceberg %41 '));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
