import type { Contract } from '@farelake/schema-registry';

/** What of a contract decides how events are folded; columns by id, so that a new name changes nothing. */
export function rulesText({ key, columns, cdc }: Contract): string {
  const ids = key.map((name) => columns.find((column) => column.name === name)?.id);
  return JSON.stringify({ key: ids, updateImage: cdc.updateImage, beforeImage: cdc.beforeImage });
}
