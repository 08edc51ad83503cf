/** A batch that cannot be loaded: which load is at fault, where, and why, and nothing of the line in the message. */
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import path from 'node:path';
import { loadCsv, openEngine, SpoiledLoad, type CsvLoad, type Engine } from '../../src/index.ts';
import { csvInputs, numberColumn, textColumns, USUAL } from '../support/csv.ts';
import { testFolder } from '../support/folder.ts';

const folder = testFolder();
const target = path.join(folder, 'loaded.parquet');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: path.join(folder, 'spill'), threads: 2, memoryLimit: 1 << 30 });
});
afterAll(() => {
  engine.close();
});

/** Columns a (text) and n (a whole number). */
const TYPED: Pick<CsvLoad, 'fields' | 'columns' | 'parquetFields'> = {
  ...textColumns(2),
  columns: [{ name: 'a', value: '"@c1"' }, numberColumn('n', 2), ...textColumns(2).columns.slice(2)],
  parquetFields: ['a', 'n', '_load_id', '_line'].map((name, index) => ({ name, id: 101 + index })),
};

async function faultOf(files: readonly (string | Buffer)[], more: Partial<CsvLoad> & { announced?: number[] } = {}) {
  const { announced = files.map((content) => String(content).trimEnd().split('\n').length - 1), ...load } = more;
  const inputs = csvInputs(folder, files, announced);
  try {
    await loadCsv(engine, { ...TYPED, inputs, format: USUAL, target, ...load });
  } catch (error) {
    if (error instanceof SpoiledLoad) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

const GOOD = 'a,n\nx,1\ny,2\n';

describe('a value that does not fit', () => {
  test.each<[what: string, files: string[], loadId: number, line: number, record: number, found: string]>([
    ['in the first row', ['a,n\nx,one\n'], 1, 2, 2, '"one"'],
    ['in a later file', [GOOD, GOOD, 'a,n\nx,1\ny,2x\n'], 3, 3, 3, '"2x"'],
    ['behind quoted newlines', ['a,n\n"x\n\ny",1\n"z\nz",?\n'], 1, 5, 3, '"?"'],
    ['behind quoted newlines of CRLF', ['a,n\r\n"x\r\ny",1\r\nz,?\r\n'], 1, 4, 3, '"?"'],
    ['twice: the first counts', ['a,n\nx,1\ny,no\nz,never\n'], 1, 3, 3, '"no"'],
    ['in two files: the first counts', [GOOD, 'a,n\nx,no\n', 'a,n\nx,never\n'], 2, 2, 2, '"no"'],
    ['that is empty, but quoted', ['a,n\nx,""\n'], 1, 2, 2, '""'],
    ['that breaks a terminal', ['a,n\nx,"\u001b[31m\n"\n'], 1, 2, 2, String.raw`"\u001b[31m\n"`],
  ])('%s', async (_, files, loadId, line, record, found) => {
    const error = await faultOf(files, { announced: files.map(() => 2) });
    expect(error).toMatchObject({ code: 'bad-value', loadId });
    expect(error.problem).toBe(`Line ${line}, column N: ${found} is not integer.`);
    expect(error.data).toEqual({ record, line, column: 'N', allowed: 'integer' });
  });

  it('is shown in short when it is long', async () => {
    const { problem } = await faultOf([`a,n\nx,${'9'.repeat(5000)}\n`]);
    expect(problem.length).toBeLessThan(150);
    expect(problem).toContain('999…');
  });

  it('has its line right when an earlier file has another number of rows than announced', async () => {
    const error = await faultOf([GOOD, 'a,n\nx,1\ny,no\n'], { announced: [7, 2] });
    expect(error).toMatchObject({ loadId: 2, data: { line: 3 } });
  });

  it('that is NULL where none is allowed is told as NULL', async () => {
    const strict = { ...numberColumn('n', 2), bad: '"@c2" IS NULL', allowed: 'integer, not NULL' };
    const columns = TYPED.columns.map((column) => (column.name === 'n' ? strict : column));
    expect((await faultOf(['a,n\nx,\n'], { columns })).problem).toBe(
      'Line 2, column N: NULL is not integer, not NULL.',
    );
  });

  it('in a batch that also has a broken file spoils one of the two', async () => {
    for (let round = 0; round < 5; round += 1) {
      const error = await faultOf(['a,n\nx,no\n', 'a,n\nx,1,2\n']);
      expect([`bad-value 1`, `bad-csv 2`]).toContain(`${error.code} ${error.loadId}`);
    }
  });
});

const SECRET = 'Jane Doe 4111-1111';
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('a file whose structure is broken', () => {
  test.each<[what: string, file: string | Buffer, says: string, line: number | undefined]>([
    ['one field too many', `a,n\nx,1\n${SECRET},2,3\n`, 'Line 3 has 3 fields where 2 are announced.', 3],
    ['one field too few', `a,n\nx,1\n${SECRET}\ny,2\n`, 'Line 3 has 1 fields where 2 are announced.', 3],
    [
      'a field too many behind quoted newlines',
      `a,n\n"x\n\n\ny",1\n${SECRET},2,3\n`,
      'Line 6 has 3 fields where 2 are announced.',
      6,
    ],
    [
      'a quote that is never closed',
      `a,n\nx,1\n"${SECRET},2\ny,3\n`,
      'Line 3 has a quote that is never closed, or text behind a closing quote.',
      3,
    ],
    [
      'text behind a closing quote',
      `a,n\n"x\nx",1\n"${SECRET}"y,2\n`,
      'Line 4 has a quote that is never closed, or text behind a closing quote.',
      4,
    ],
    ['bytes that are no UTF-8', bytes(`a,n\nx,1\n${SECRET}`, [0xff, 0xfe], ',2\n'), 'Line 3 is not UTF-8.', 3],
    ['half a character', bytes(`a,n\n${SECRET}`, [0xf0, 0x9f], ',2\n'), 'Line 2 is not UTF-8.', 2],
    [
      'two kinds of line endings',
      `a,n\r\n${SECRET},1\r\ny,2\nz,3\n`,
      'A record mixes line endings or quotes in a way that cannot be read without guessing.',
      undefined,
    ],
    [
      'a line that speaks like the engine',
      `a,n\n"${SECRET} unterminated quote\n  file = ${path.join(folder, '1.csv')}\n",2,3\n`,
      'Line 2 has 3 fields where 2 are announced.',
      2,
    ],
  ])('%s', async (_, file, says, line) => {
    const error = await faultOf([GOOD, GOOD, file]);
    expect(error).toMatchObject({ code: 'bad-csv', loadId: 3, problem: says });
    expect(error.data['line']).toBe(line);
    // A person's data may stand there; messages go to logs and consoles.
    expect(JSON.stringify([error.message, error.problem, error.data])).not.toContain('Jane');
    expect(String(error.cause)).not.toContain('Jane');
    expect(String(error.stack)).not.toContain('Jane');
  });

  it('a record longer than any may be', async () => {
    const error = await faultOf([`a,n\nx,1\n"${'y'.repeat(65 << 20)}",2\n`], { announced: [2] });
    expect(error).toMatchObject({ code: 'bad-csv', loadId: 1 });
    expect(error.problem).toMatch(/is longer than a record may be[.]$/);
  }, 60_000);
});

test('what is no fault of a file is no spoiled load, though its message names the file', async () => {
  const [input] = csvInputs(folder, [GOOD], [2]);
  const inputs = [{ ...input!, file: path.join(folder, 'absent.csv') }];
  const work = loadCsv(engine, { ...TYPED, inputs, format: USUAL, target });
  await expect(work).rejects.toThrow('absent.csv');
  await expect(work).rejects.not.toBeInstanceOf(SpoiledLoad);
});
