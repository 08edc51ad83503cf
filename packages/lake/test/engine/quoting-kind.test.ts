/** Errors of the engine that quote a value are known as such, whatever kind they are of; others are told as they are. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserError } from '@farelake/schema-registry';
import { openEngine, quotingKind, type Engine } from '../../src/index.ts';
import { testFolder } from '../support/folder.ts';

const CARD = '4012888888881881';

const folder = testFolder();
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ tempFolder: folder, threads: 1 });
  await engine.run('CREATE TEMP TABLE cards (card VARCHAR PRIMARY KEY)');
  await engine.run(`INSERT INTO cards VALUES ('${CARD}')`);
});
afterAll(() => {
  engine.close();
});

const errorOf = (sql: string): Promise<Error> =>
  engine.run(sql).then(
    () => Promise.reject(new Error(`no error: ${sql}`)),
    (error: unknown) => error as Error,
  );

describe('errors of the engine', () => {
  it.each([
    ['Conversion', `SELECT CAST('${CARD}x' AS INTEGER)`],
    ['Out of Range', `SELECT CAST(${CARD} AS BIGINT) * CAST(${CARD} AS BIGINT)`],
    ['Constraint', `INSERT INTO cards VALUES ('${CARD}')`],
  ])('of kind %s quote a value', async (kind, sql) => {
    const error = await errorOf(sql);
    expect(error.message).toContain(CARD);
    expect(quotingKind(error)).toBe(kind);
  });

  it('of other kinds quote none, and what is not of the engine has no kind', async () => {
    expect(quotingKind(await errorOf('SELECT * FROM not_there'))).toBeUndefined();
    const own = new UserError({ code: 'bad-value', problem: 'Conversion Error: in words of our own', remedy: '' });
    expect(quotingKind(own)).toBeUndefined();
    expect(quotingKind('Constraint Error: thrown as text')).toBeUndefined();
  });
});
