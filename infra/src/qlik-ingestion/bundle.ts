import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '@farelake/schema-registry';

/**
 * Folder of a function's bundle.
 * @param bundles folder of all bundles, as `npm run bundle` fills it
 * @throws UserError `no-bundle` naming the command
 */
export function bundleFolder(bundles: string, functionName: string): string {
  const folder = path.join(bundles, functionName);
  if (!existsSync(path.join(folder, 'index.mjs')))
    throw new UserError({
      code: 'no-bundle',
      problem: `The function ${functionName} has no bundle.`,
      remedy: 'Run `npm run bundle -w packages/functions` first.',
      data: { functionName },
    });
  return folder;
}
