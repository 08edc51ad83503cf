import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '@farelake/schema-registry';

/**
 * Folder of a function's bundle, made of the sources as they are now.
 * @param bundles folder of all bundles, as `npm run bundle` fills it
 * @param repository to which the paths of the bundle's sources are relative
 * @throws UserError `no-bundle`, `stale-bundle`, naming the command
 */
export function bundleFolder(bundles: string, functionName: string, repository: string): string {
  const folder = path.join(bundles, functionName);
  if (!existsSync(path.join(folder, 'index.mjs')))
    throw new UserError({
      code: 'no-bundle',
      problem: `The function ${functionName} has no bundle.`,
      remedy: 'Run `npm run bundle -w packages/functions` first.',
      data: { functionName },
    });
  const changed = changedInput(path.join(bundles, `${functionName}.inputs.json`), repository);
  if (changed !== undefined)
    throw new UserError({
      code: 'stale-bundle',
      problem: `The bundle of the function ${functionName} is older than its sources: ${changed} has changed.`,
      remedy: 'Run `npm run bundle -w packages/functions` again.',
      data: { functionName, changed },
    });
  return folder;
}

/** The first file that is no longer what the bundle was made of; the record itself where it is missing or broken. */
function changedInput(record: string, repository: string): string | undefined {
  let hashes: Record<string, string>;
  try {
    hashes = JSON.parse(readFileSync(record, 'utf8')) as Record<string, string>;
  } catch {
    return path.basename(record);
  }
  return Object.keys(hashes).find((file) => hashOf(path.resolve(repository, file)) !== hashes[file]);
}

const hashOf = (file: string): string | undefined =>
  existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined;
