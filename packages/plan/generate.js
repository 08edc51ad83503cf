/** Writes the JSON Schemas again: `npm run generate -w @farelake/plan`. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { schemaFiles } from './src/index.ts';

for (const { name, text } of schemaFiles()) await writeFile(path.join(import.meta.dirname, 'schema', name), text);
