/**
 * Removes from Incoming what is archived: by version id, each after another look at its copy. What came under the same key
 * since, or comes at this very moment, is another version, and is not touched.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { archivedCopies, type ArchivedCopy } from '@farelake/db';
import { isStoreTrouble, locate, type ObjectStore, type ObjectVersion, type ObjectVersions } from '@farelake/lake';
import { UserError } from '@farelake/schema-registry';
import { grouped } from '../audit/sources.ts';
import type { OnProgress } from '../progress.ts';
import { deliveredName } from '../object/delivered-name.ts';
import { registerObject } from '../register-object.ts';
import type { Workspace } from '../workspace.ts';
import type { Tally } from './maintain.ts';

export interface ClearOptions {
  /** Only tells what would be removed. */
  readonly dryRun: boolean;
  readonly onProgress?: OnProgress;
}

export interface Cleared {
  readonly removed: Tally;
  /** Versions of objects that have no copy yet, or of content that the ledger does not know. */
  readonly waiting: Tally;
  /** Versions whose copy is not as it should be, and why. They stay. */
  readonly refused: readonly { readonly object: string; readonly reason: string }[];
}

/**
 * @param incoming the Incoming zone of this environment; never a place that a person named
 * @throws UserError `incoming-without-versions`
 */
export async function clearIncoming(
  workspace: Workspace,
  incoming: ObjectStore,
  options: ClearOptions,
): Promise<Cleared> {
  const versions = await versionsOf(incoming);
  const tallies = { removed: { files: 0, bytes: 0 }, waiting: { files: 0, bytes: 0 } };
  const refused: { object: string; reason: string }[] = [];
  const tally = (kind: keyof typeof tallies, { size }: ObjectVersion) => {
    tallies[kind].files += 1;
    tallies[kind].bytes += size;
  };
  const clear = async (version: ObjectVersion, copy: ArchivedCopy | undefined): Promise<void> => {
    if (copy?.size !== version.size) {
      tally('waiting', version);
      return;
    }
    // Whoever has not seen this sighting yet could not see it any more.
    if (version.isLatest && !options.dryRun) await registerObject(workspace, incoming, version);
    const reason = await fault(incoming, version, copy, workspace.signal);
    if (reason !== undefined) {
      refused.push({ object: incoming.uriOf(version.path), reason });
      return;
    }
    if (!options.dryRun) await versions.remove(version.path, version.versionId);
    tally('removed', version);
  };

  let found = 0;
  const take = grouped<Known>(async (group) => {
    const copies = await archivedCopies(workspace.pool, group);
    const queue = group.values();
    const lane = async () => {
      for (const { version, objectKey, contentHash } of queue) {
        workspace.signal.throwIfAborted();
        await clear(version, copies.get(`${objectKey} ${contentHash}`));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  });
  for await (const version of versions.list()) {
    workspace.signal.throwIfAborted();
    const object = deliveredName(incoming, version.path);
    // What is no object of a feed is nobody's here.
    if (object === undefined) continue;
    found += 1;
    options.onProgress?.({ step: 'looking through', zone: incoming.uri, found });
    await take.add({ version, objectKey: object.objectKey, contentHash: version.tag ?? '' });
  }
  await take.end();
  return { ...tallies, refused };
}

/** Requests to the stores under way at once. */
const AT_ONCE = 8;

interface Known {
  readonly version: ObjectVersion;
  readonly objectKey: string;
  readonly contentHash: string;
}

async function versionsOf(incoming: ObjectStore): Promise<ObjectVersions> {
  const { versions } = incoming;
  if (versions !== undefined && (await versions.areKept())) return versions;
  throw new UserError({
    code: 'incoming-without-versions',
    problem: `The Incoming zone ${incoming.uri} keeps no versions, so that nothing can be removed without the risk of removing what has just come under the same name.`,
    remedy:
      'Use a bucket with versioning as FARELAKE_INCOMING; files in a folder are removed by whoever delivers them.',
  });
}

/** Why the copy is not the one that would be left; undefined: it is. */
async function fault(
  incoming: ObjectStore,
  version: ObjectVersion,
  { uri, size, tag }: ArchivedCopy,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { store, path } = locate(uri);
  const found = await store.stat(path);
  if (found === undefined) return `its copy ${uri} is not there`;
  if (found.size !== size) return `its copy ${uri} has ${found.size} bytes, not ${size}`;
  if (tag !== null && found.tag === tag) return undefined;
  if (tag !== null && found.tag !== undefined)
    return `its copy ${uri} has another content than the one that was proven`;
  // No tag to go by, as in a folder: only both contents tell. A covered version cannot be read by its tag.
  if (!version.isLatest) return `its copy ${uri} can be compared only with what is latest under the name`;
  try {
    const [here, there] = [
      await hashOf(await incoming.read(version.path, { tag: version.tag ?? '', signal })),
      await hashOf(await store.read(path, { signal })),
    ];
    return here === there ? undefined : `its copy ${uri} has another content`;
  } catch (error) {
    if (!(error instanceof UserError) || isStoreTrouble(error)) throw error;
    return error.problem;
  }
}

async function hashOf(source: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of source as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
