/** Where an accepted object lies in the archive: its key, ending in its content tag, so that reused names never collide. */
export const archivePath = (objectKey: string, tag: string): string => `${objectKey}.${encodeURIComponent(tag)}`;

/** The object of a path in the archive; undefined: no path that is made so. */
export function parseArchivePath(path: string): { objectKey: string; tag: string } | undefined {
  const [, objectKey, tag] = /^(.+?\.(?:csv\.gz|dfm))\.([^/]+)$/s.exec(path) ?? [];
  if (objectKey === undefined || tag === undefined) return undefined;
  try {
    return { objectKey, tag: decodeURIComponent(tag) };
  } catch {
    return undefined;
  }
}
