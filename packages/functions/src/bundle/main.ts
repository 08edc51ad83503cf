/** `npm run bundle -w packages/functions`: fills dist/, which the Pulumi program takes in. */
import path from 'node:path';
import { bundleFunctions } from './bundle.ts';

const dist = path.resolve(import.meta.dirname, '../../dist');
for (const { name, bytes } of await bundleFunctions(dist))
  console.log(`${name}: ${(bytes / 1024).toFixed(0)} kB in dist/${name}`);
