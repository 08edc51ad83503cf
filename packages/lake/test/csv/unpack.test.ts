/** A delivered gzip file becomes plain text only when it is whole. */
import { describe, expect, it, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { CsvFormat } from '@farelake/schema-registry';
import { readRecords, unpack } from '../../src/index.ts';
import { USUAL } from '../support/csv.ts';
import { testFolder } from '../support/folder.ts';
import { runs } from '../../../../jest.property.ts';
import { thrownBy } from '../support/thrown.ts';

const folder = testFolder();
const target = path.join(folder, 'plain.csv');

/** In chunks, as a file or a network gives it. */
function* chunks(content: Buffer, size = 4096): Generator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const take = () => Promise.resolve();

const open = (content: Buffer, format: CsvFormat = USUAL) =>
  unpack(Readable.from(chunks(content)), target, { format, take });

/** Rows that compress, but not to nothing: the file has several blocks. */
const TEXT = `id,name\n${Array.from({ length: 20_000 }, (_, n) => `${n},"${(n * 2654435761) % 2 ** 32} é🔥"`).join('\n')}\n`;
const WHOLE = gzipSync(TEXT);

describe('a whole file', () => {
  it('gives its text, size and header', async () => {
    const unpacked = await open(WHOLE);
    expect(unpacked).toEqual({ size: Buffer.byteLength(TEXT), header: ['id', 'name'] });
    expect(readFileSync(target, 'utf8')).toBe(TEXT);
  });

  it('may be made of several members', async () => {
    const unpacked = await open(Buffer.concat([gzipSync('a,b\n1,'), gzipSync(''), gzipSync('2\n')]));
    expect(unpacked.header).toEqual(['a', 'b']);
    expect(readFileSync(target, 'utf8')).toBe('a,b\n1,2\n');
  });

  it('replaces what an earlier attempt left', async () => {
    writeFileSync(target, 'x'.repeat(100));
    await open(gzipSync('a\n1\n'));
    expect(readFileSync(target, 'utf8')).toBe('a\n1\n');
  });

  test.each<[what: string, text: string, format: Partial<CsvFormat>, header: string[]]>([
    ['a byte order mark', '\uFEFFid,name\n1,x\n', {}, ['id', 'name']],
    ['a quoted header', '"id","na,""m""\ne"\n1,x\n', {}, ['id', 'na,"m"\ne']],
    ['a byte order mark before a quoted header', '\uFEFF"id",name\n', {}, ['id', 'name']],
    ['CRLF', 'id,name\r\n1,x\r\n', {}, ['id', 'name']],
    ['a header only, without line end', 'id,name', {}, ['id', 'name']],
    ['another delimiter and quote', "'i;d';name\n", { fieldDelimiter: ';', quoteChar: "'" }, ['i;d', 'name']],
    ['an escape', '"i\\"d"|name\n', { fieldDelimiter: '|', escapeChar: '\\' }, ['i"d', 'name']],
    ['no quotes at all', '"id",name\n', { quoteChar: '' }, ['"id"', 'name']],
    ['no text', '', {}, []],
    ['broken rows behind the header', 'id,name\n"x"y,1,2\n"', {}, ['id', 'name']],
  ])('with %s', async (_, text, format, header) => {
    expect((await open(gzipSync(text), { ...USUAL, ...format })).header).toEqual(header);
  });

  it('with a header that cannot be read is refused', async () => {
    for (const text of ['"id,name\n1,x\n', '"id"x,name\n', `"${'x'.repeat(5 << 20)}"\n`])
      expect((await thrownBy(open(gzipSync(text)))).code).toBe('broken-header');
  }, 60_000);
});

describe('a broken file', () => {
  it('cut off anywhere is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(WHOLE.length - 1), async (length) => {
        const error = await thrownBy(open(WHOLE.subarray(0, length)));
        expect(error.code).toBe('broken-gzip');
        expect(error.message).toContain('cut off before its end');
      }),
      { ...runs(60), examples: [[0], [1], [2], [9], [10], [11], [WHOLE.length - 1], [WHOLE.length - 8], [4096]] },
    );
  }, 60_000);

  it('with a wrong checksum or length is refused', async () => {
    for (let at = WHOLE.length - 8; at < WHOLE.length; at += 1) {
      const flipped = Buffer.from(WHOLE);
      flipped[at]! ^= 1;
      expect((await thrownBy(open(flipped))).code).toBe('broken-gzip');
    }
  });

  it('with a bit flipped in its data is refused', async () => {
    // Before are ten bytes of header, of which time, flags and system may be anything; behind are eight of checksum and
    // length, and before those a byte whose last bits may mean nothing.
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: WHOLE.length - 10 }), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(WHOLE);
        flipped[at]! ^= 1 << bit;
        expect((await thrownBy(open(flipped))).code).toBe('broken-gzip');
      }),
      runs(60),
    );
  }, 60_000);

  it.each([
    ['plain text', Buffer.from('id,name\n1,x\n')],
    ['another format', Buffer.from('PK\u0003\u0004 zipped')],
    ['something behind its end', Buffer.concat([WHOLE, Buffer.from('more')])],
    ['a second member cut off', Buffer.concat([WHOLE, WHOLE.subarray(0, 5)])],
    ['nothing in it', Buffer.alloc(0)],
  ])('that is or has %s is refused', async (_, content) => {
    const error = await thrownBy(open(content));
    expect(error.code).toBe('broken-gzip');
    expect(error.cause).toBeDefined();
  });

  it('whose source fails fails with the reason of the source', async () => {
    const source = Readable.from(
      (function* () {
        yield WHOLE.subarray(0, 100);
        throw new Error('the disk is gone');
      })(),
    );
    await expect(unpack(source, target, { format: USUAL, take })).rejects.toThrow('the disk is gone');
  });
});

describe('stopping', () => {
  it('ends at once, and touches no other file', async () => {
    const other = path.join(folder, 'other.csv');
    writeFileSync(other, 'kept');
    const stop = new AbortController();
    // A source that never ends: only the signal can end this.
    const source = new Readable({ read() {} });
    source.push(WHOLE.subarray(0, 1000));
    const work = unpack(source, target, { format: USUAL, take, signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 50);
    const start = performance.now();
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - start).toBeLessThan(2000);
    expect(source.destroyed).toBe(true);
    expect(readFileSync(other, 'utf8')).toBe('kept');
  });

  it('before it began does nothing', async () => {
    const options = { format: USUAL, take, signal: AbortSignal.abort() };
    await expect(unpack(Readable.from(chunks(WHOLE)), target, options)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('records read one by one', () => {
  it('are the header, then the rows, until one has seen enough', async () => {
    const source = Readable.from(chunks(WHOLE));
    const seen: string[][] = [];
    for await (const record of readRecords(source, USUAL)) if (seen.push(record) === 2) break;
    expect(seen[0]).toEqual(['id', 'name']);
    expect(seen[1]?.[0]).toBe('0');
    expect(source.destroyed).toBe(true);
  });

  it('fail where the file is broken', async () => {
    const seen: string[][] = [];
    const all = async () => {
      for await (const record of readRecords(Readable.from(chunks(WHOLE.subarray(0, -9))), USUAL)) seen.push(record);
    };
    await expect(all()).rejects.toMatchObject({ code: 'Z_BUF_ERROR' });
  });
});
