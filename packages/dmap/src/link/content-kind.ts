/** What a file is by its first bytes, in words: enough to tell a page that says no from a dataset. Pure. */

/** RFC 1952, 2.3.1. */
export const isGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** @param start its first bytes, one or more */
export function kindOfContent(start: Uint8Array): string {
  if (start[0] === 0x50 && start[1] === 0x4b) return 'a zip file';
  const text = Buffer.from(start.subarray(0, 100))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^<(!doctype html|html)/i.test(text)) return 'a page of HTML';
  if (text.startsWith('<')) return 'XML';
  if (/^[{[]/.test(text)) return 'JSON';
  return /^[\s\x20-\x7e]*$/.test(text) ? 'plain text' : 'something else';
}
