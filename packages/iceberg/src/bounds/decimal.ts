/** Decimals as bytes (Iceberg table spec v2, Appendix D, "Binary single-value serialization"). */

const DECIMAL = /^(-?)(\d*)(?:\.(\d*))?$/;

/** The value times ten to the scale; undefined: no decimal, or one with more digits behind the point than there may be. */
export function unscaledOf(text: string, scale: number): bigint | undefined {
  const [, sign, whole = '', fraction = ''] = DECIMAL.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '' || fraction.length > scale) return undefined;
  const digits = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -digits : digits;
}

/** Two's complement, the highest byte first, in as few bytes as hold it. */
export function twosComplement(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length += 1;
  const bytes = new Uint8Array(length);
  for (let [place, rest] = [length - 1, value]; place >= 0; place -= 1, rest >>= 8n)
    bytes[place] = Number(BigInt.asUintN(8, rest));
  return bytes;
}
