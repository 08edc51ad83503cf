/**
 * Long bounds are cut (Iceberg table spec v2, "Manifests": a lower bound may be below, an upper bound above all values):
 * a manifest holds two for each column of each file.
 */

/** As Iceberg's own writers do by default, `write.metadata.metrics.default = truncate(16)`. */
const LENGTH = 16;

const HIGHEST = 0x10ffff;
const SURROGATES = { before: 0xd7ff, after: 0xe000 };

/**
 * Sixteen code points, of which an upper bound's last is one higher, past the surrogates, which UTF-8 cannot hold. The order
 * of code points is that of the UTF-8 bytes.
 * @returns undefined: no text of that length is above
 */
export function cutText(text: string, side: 'lower' | 'upper'): string | undefined {
  // Only the beginning is looked at: values may have megabytes. A code point is two units at most.
  const points = Array.from(text.slice(0, 2 * LENGTH + 2));
  if (points.length <= LENGTH) return text;
  const kept = points.slice(0, LENGTH);
  if (side === 'lower') return kept.join('');
  for (let last = kept.length - 1; last >= 0; last -= 1) {
    const point = kept[last]?.codePointAt(0) ?? HIGHEST;
    if (point === HIGHEST) continue;
    const next = point === SURROGATES.before ? SURROGATES.after : point + 1;
    return kept.slice(0, last).join('') + String.fromCodePoint(next);
  }
  return undefined;
}

/** Likewise sixteen bytes. */
export function cutBytes(bytes: Uint8Array, side: 'lower' | 'upper'): Uint8Array | undefined {
  if (bytes.length <= LENGTH) return bytes;
  const kept = bytes.slice(0, LENGTH);
  if (side === 'lower') return kept;
  for (let last = LENGTH - 1; last >= 0; last -= 1) {
    const byte = kept[last] ?? 0xff;
    if (byte === 0xff) continue;
    kept[last] = byte + 1;
    return kept.slice(0, last + 1);
  }
  return undefined;
}
