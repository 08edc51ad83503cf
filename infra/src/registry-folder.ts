import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { requireRegistry, type Contract } from '@farelake/schema-registry';

/**
 * All contracts below a folder, read at once, because a program is one straight run.
 * @throws RegistryError naming every fault, so that no environment is made from half a registry
 */
export function readContracts(folder: string): readonly Contract[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return requireRegistry(
    files.sort().map((file) => ({
      path: file.split(path.sep).join('/'),
      text: readFileSync(path.join(folder, file), 'utf8'),
    })),
  );
}
