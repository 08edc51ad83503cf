import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CONTRACT_SCHEMA_FILE, contractSchemaText } from '../src/index.ts';

test('the committed schema is the generated one (else: npm run generate -w @farelake/schema-registry)', async () => {
  const file = path.join(import.meta.dirname, '..', 'registry', CONTRACT_SCHEMA_FILE);
  expect(await readFile(file, 'utf8')).toBe(contractSchemaText());
});
