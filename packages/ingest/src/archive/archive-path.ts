/** Where an accepted object lies in the archive: its key, ending in its content tag, so that reused names never collide. */
export const archivePath = (objectKey: string, tag: string): string => `${objectKey}.${encodeURIComponent(tag)}`;
