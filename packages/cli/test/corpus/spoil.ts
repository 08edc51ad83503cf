/** What a recipe does to bytes. */
import { gzipSync } from 'node:zlib';
import type { Bytes, Step } from './recipe.ts';

export const spoil = (bytes: Buffer, steps: readonly Step[] = []): Buffer =>
  steps.reduce((before, step) => applied(before, step), bytes);

function applied(bytes: Buffer, step: Step): Buffer {
  if ('cut' in step) return bytes.subarray(0, step.cut < 0 ? bytes.length + step.cut : step.cut);
  if ('append' in step) return Buffer.concat([bytes, bytesOf(step.append)]);
  if ('prepend' in step) return Buffer.concat([bytesOf(step.prepend), bytes]);
  if ('encode' in step) return Buffer.from(bytes.toString('utf8'), step.encode);
  if ('flip' in step) return flipped(bytes, step.flip);
  if ('replace' in step) return replaced(bytes, Buffer.from(step.replace), bytesOf(step.by));
  if ('packAgain' in step) return gzipSync(bytes);
  throw new Error('splitAfterLines is the first step of packing');
}

/** @param steps the first may say that the text is packed in two members */
export function pack(text: Buffer, steps: readonly Step[] = []): Buffer {
  const [first, ...others] = steps;
  if (first === undefined || !('splitAfterLines' in first)) return spoil(gzipSync(text), steps);
  let end = 0;
  for (let line = 0; line < first.splitAfterLines; line += 1) end = text.indexOf('\n', end) + 1;
  return spoil(Buffer.concat([gzipSync(text.subarray(0, end)), gzipSync(text.subarray(end))]), others);
}

export function bytesOf(bytes: Bytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  const one = 'hex' in bytes ? Buffer.from(bytes.hex, 'hex') : Buffer.from(bytes.text);
  return Buffer.alloc(one.length * (bytes.times ?? 1), one);
}

function flipped(bytes: Buffer, place: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = place < 0 ? bytes.length + place : place;
  copy[index] = (copy[index] ?? 0) ^ 0xff;
  return copy;
}

function replaced(bytes: Buffer, text: Buffer, by: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, from)) {
    parts.push(bytes.subarray(from, at), by);
    from = at + text.length;
  }
  if (parts.length === 0) throw new Error(`nothing to replace: ${JSON.stringify(text.toString())}`);
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
