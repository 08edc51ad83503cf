/** Proves the answers of queries that scripts rely on: their forms, what views there are, exit codes (docs: README, "Commands"). */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, queryJson, type Home } from './support/command.ts';
import { FEED, withProducts } from './support/products.ts';

afterAll(closeHomes, 60_000);

describe('query', () => {
  let home: Home;
  beforeAll(async () => {
    home = await openHome();
  }, 30_000);

  const VALUES: readonly (readonly [sql: string, json: unknown])[] = [
    ['9007199254740991::BIGINT', 9007199254740991],
    ['-9007199254740991::BIGINT', -9007199254740991],
    ['9007199254740992::BIGINT', '9007199254740992'],
    ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
    ['0.99::DECIMAL(2,2)', '0.99'],
    ['12345678901234567890.1234::DECIMAL(38,4)', '12345678901234567890.1234'],
    ["TIMESTAMP '2026-01-02 03:04:05'", '2026-01-02 03:04:05.000000'],
    ["TIMESTAMP '2026-01-02 03:04:05.12'", '2026-01-02 03:04:05.120000'],
    ["DATE '2026-01-02'", '2026-01-02'],
    ["'\\xAB\\x01'::BLOB", 'ab01'],
    ['[103, 104]::INTEGER[]', [103, 104]],
    ['NULL', null],
    ['true', true],
    ['1.5::DOUBLE', 1.5],
    ['\'🔥 "q"\'', '🔥 "q"'],
  ];

  it('gives each type in the form that scripts rely on', async () => {
    // One query for all: a command costs half a second.
    const columns = VALUES.map(([sql], index) => `${sql} AS v${index}`).join(', ');
    const [row] = (await queryJson(home, `SELECT ${columns}`)) as Record<string, unknown>[];
    expect(VALUES.map(([sql], index) => [sql, row?.[`v${index}`]])).toEqual(VALUES);
  });

  it('gives an empty array for no rows, and nothing else on standard output', async () => {
    expect(await home.run('query', 'SELECT 1 AS a WHERE false', '--format', 'json')).toEqual({
      code: 0,
      out: '[]\n',
      err: '',
    });
  });

  it('keeps NULL and empty text apart in CSV', async () => {
    const { out } = await home.run('query', `SELECT '' AS e, NULL AS n, 'a,"b' AS q, 1 AS i`, '--format', 'csv');
    expect(out).toBe('e,n,q,i\n"",,"a,""b",1\n');
  });

  it('fails with 1 and the views there are when a name does not exist', async () => {
    const { code, out, err } = await home.run('query', 'SELECT * FROM nope');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/nope/);
    expect(err).not.toMatch(/at .*\.ts/);
  });

  it.each(['SELECT 1; SELECT 2', `CREATE TABLE "pivot" (a INT); COPY (SELECT 1) TO '/dev/stdout'; SELECT 2`])(
    'runs nothing of several statements: exit 2: %s',
    async (sql) => {
      const ran = await home.run('query', sql);
      expect(ran).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/holds \d statements; none/) as string,
      });
    },
  );

  it.each(['', ' ; ', '/* nothing */'])('refuses %j, which holds no statement: exit 2', async (sql) => {
    const ran = await home.run('query', sql);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/holds no statement/) as string });
  });

  it('takes one statement however it is written', async () => {
    expect(await queryJson(home, "SELECT ';' AS a; -- one")).toEqual([{ a: ';' }]);
    // The engine makes two statements of it.
    expect(await queryJson(home, 'PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b);')).toEqual([{ 1: 2 }]);
    const { code, err } = await home.run('query', 'SELEC 1');
    expect(code).toBe(1);
    expect(err).toMatch(/^farelake: Parser Error/);
  });
});

describe('a table whose file is gone', () => {
  it('is named with the file and the remedy; other tables answer as ever, without a word', async () => {
    const home = await withProducts();
    await home.run('table', 'add', 'EDW.CARD', '--from', FEED, '--yes', '--before-image', 'full');
    const stage = path.join(home.folder, 'home/stage');
    const files = (await readdir(stage, { recursive: true })).filter((name) => name.endsWith('.parquet'));
    for (const file of files) await rm(path.join(stage, file));
    expect(files).not.toEqual([]);
    expect(await queryJson(home, 'SELECT count(*) AS n FROM edw_card')).toEqual([{ n: 0 }]);
    // Two statements to the engine, of which the first reads the table.
    expect(await queryJson(home, 'PIVOT edw_card ON card_token USING count(*)')).toEqual([]);
    const { code, err } = await home.run('query', 'SELECT * FROM edw_product');
    expect(code).toBe(1);
    expect(err).toMatch(
      /^farelake: edw_product cannot be queried: \/.*\.parquet is not there\. If the home was moved, move it back/m,
    );
    expect(err).not.toMatch(/at .*\.ts/);
  }, 60_000);
});

describe('a table', () => {
  it('has its views from the moment of the contract, with the columns in their order', async () => {
    const home = await openHome();
    await home.run('table', 'add', 'EDW.CARD', '--from', FEED, '--yes', '--before-image', 'full');
    expect(await queryJson(home, 'SELECT * FROM edw_card')).toEqual([]);
    const columns = async (view: string) =>
      ((await queryJson(home, `SELECT column_name AS c FROM (DESCRIBE ${view})`)) as { c: string }[]).map(
        (row) => row.c,
      );
    const contract = JSON.parse(await readFile(path.join(home.folder, 'registry/qlik/edw_card.json'), 'utf8')) as {
      columns: { name: string }[];
    };
    const own = contract.columns.map((column) => column.name);
    expect(await columns('edw_card')).toEqual([...own, 'header__change_seq', 'header__timestamp']);
    expect(await columns('edw_card_history')).toEqual([
      'header__change_seq',
      'header__change_oper',
      'header__timestamp',
      'header__change_mask',
      ...own,
      '_load_id',
      '_line',
    ]);
  }, 30_000);

  it('shows masks as sorted column ids, and the redelivered rows once', async () => {
    const home = await openHome();
    await home.run('table', 'add', 'EDW.CARD', '--from', FEED, '--yes', '--before-image', 'full');
    expect(await home.run('ingest', FEED, '--table', 'edw_card')).toMatchObject({ code: 0 });
    const masks = (await queryJson(
      home,
      'SELECT DISTINCT header__change_mask AS m FROM edw_card_history WHERE header__change_mask IS NOT NULL',
    )) as { m: number[] }[];
    expect(masks.length).toBeGreaterThan(1);
    for (const { m } of masks) expect(m).toEqual(m.toSorted((a, b) => a - b));
    expect(
      await queryJson(
        home,
        'SELECT count(*) AS n, count(DISTINCT (header__change_seq, header__change_oper, card_token)) AS d FROM edw_card_history WHERE header__change_seq IS NOT NULL',
      ).then((rows) => (rows as { n: number; d: number }[]).map(({ n, d }) => n === d)),
    ).toEqual([true]);
  }, 30_000);
});
