/** Proves the command line that scripts rely on: forms of answers, exit codes, spellings (docs: README, "Commands"). */
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, REPOSITORY, runCommand, type Home } from './support/command.ts';

const FEED = path.join(REPOSITORY, 'sample_data/cubic');

afterAll(closeHomes, 60_000);

async function withProducts(): Promise<Home> {
  const home = await openHome();
  expect(await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes')).toMatchObject({ code: 0 });
  expect(await home.run('ingest', FEED, '--table', 'EDW.PRODUCT')).toMatchObject({ code: 0 });
  return home;
}

const json = async (home: Home, sql: string): Promise<unknown> => {
  const { code, out, err } = await home.run('query', sql, '--format', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out);
};

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
    const [row] = (await json(home, `SELECT ${columns}`)) as Record<string, unknown>[];
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
    expect(await json(home, "SELECT ';' AS a; -- one")).toEqual([{ a: ';' }]);
    // The engine makes two statements of it.
    expect(await json(home, 'PIVOT (SELECT 1 AS a, 2 AS b) ON a USING sum(b);')).toEqual([{ 1: 2 }]);
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
    expect(await json(home, 'SELECT count(*) AS n FROM edw_card')).toEqual([{ n: 0 }]);
    // Two statements to the engine, of which the first reads the table.
    expect(await json(home, 'PIVOT edw_card ON card_token USING count(*)')).toEqual([]);
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
    expect(await json(home, 'SELECT * FROM edw_card')).toEqual([]);
    const columns = async (view: string) =>
      ((await json(home, `SELECT column_name AS c FROM (DESCRIBE ${view})`)) as { c: string }[]).map((row) => row.c);
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
    const masks = (await json(
      home,
      'SELECT DISTINCT header__change_mask AS m FROM edw_card_history WHERE header__change_mask IS NOT NULL',
    )) as { m: number[] }[];
    expect(masks.length).toBeGreaterThan(1);
    for (const { m } of masks) expect(m).toEqual(m.toSorted((a, b) => a - b));
    expect(
      await json(
        home,
        'SELECT count(*) AS n, count(DISTINCT (header__change_seq, header__change_oper, card_token)) AS d FROM edw_card_history WHERE header__change_seq IS NOT NULL',
      ).then((rows) => (rows as { n: number; d: number }[]).map(({ n, d }) => n === d)),
    ).toEqual([true]);
  }, 30_000);
});

describe('table add', () => {
  it('asks for a key where no .dfm names one: exit 2', async () => {
    const home = await openHome();
    const { code, err } = await home.run('table', 'add', 'EDW.STOP_POINT', '--from', FEED, '--yes');
    expect(code).toBe(2);
    expect(err).toMatch(/--key .*stop_id, platform_code/);
    expect(
      await home.run('table', 'add', 'edw_stop_point', '--from', FEED, '--yes', '--key', 'STOP_ID,platform_code'),
    ).toMatchObject({ code: 0 });
  }, 30_000);

  it('leaves an identical contract alone, and a different one without --yes', async () => {
    const home = await openHome();
    await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
    const again = await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED);
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/left alone/) as string });
    const other = await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--update-image', 'full');
    expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/--yes/) as string });
    expect(
      await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--update-image', 'full', '--yes'),
    ).toMatchObject({ code: 0 });
    const file = path.join(home.folder, 'registry/qlik/edw_product.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      cdc: { updateImage: 'full' },
      owner: 'unassigned',
      columns: expect.arrayContaining([
        expect.objectContaining({ classification: 'internal', treatment: 'keep' }),
      ]) as unknown,
    });
    expect(await readdir(path.join(home.folder, 'registry'))).toContain('contract.schema.json');
  }, 30_000);

  it('warns of B rows that the contract would ignore', async () => {
    const home = await openHome();
    const { code, err } = await home.run('table', 'add', 'EDW.CARD', '--from', FEED, '--yes');
    expect(code).toBe(0);
    expect(err).toMatch(/change files hold B rows/);
  }, 30_000);

  it.each([
    [['EDW.NOPE', '--from', FEED], /nothing delivered|no readable \.dfm/i],
    [['EDW.PRODUCT', '--from', '/no/such/folder'], /no such folder/],
    [['EDW.PRODUCT', '--from', FEED, '--key', 'nope', '--yes'], /names 'nope', which is no column/],
    [['EDW.PRODUCT'], /--from/],
  ])(
    'refuses %j: exit 2',
    async (args, message) => {
      const home = await openHome();
      const { code, err } = await home.run('table', 'add', ...args);
      expect(code).toBe(2);
      expect(err).toMatch(message);
    },
    30_000,
  );
});

describe('ingest', () => {
  it('without argument takes the Incoming zone; a second time there is nothing to do', async () => {
    const home = await openHome();
    await mkdir(path.join(home.folder, 'home/incoming'), { recursive: true });
    await cp(FEED, path.join(home.folder, 'home/incoming/cubic'), { recursive: true });
    await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
    const first = await home.run('ingest', '--json');
    // Four tables have no contract: listed, and no reason to fail.
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ loaded: 5, applied: 5, found: 84, fresh: 84 });
    const again = await home.run('ingest', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ loaded: 0, applied: 0, found: 84, fresh: 0 });
  }, 60_000);

  it('exits 1 and says what is wrong when something failed; so does status, in words and in JSON', async () => {
    const home = await withProducts();
    const delivered = path.join(home.folder, 'delivered/EDW.PRODUCT__ct');
    await mkdir(delivered, { recursive: true });
    const [stem] = (await readdir(path.join(FEED, 'ods_qlik/EDW.PRODUCT__ct'))).filter((name) => name.endsWith('.dfm'));
    await cp(path.join(FEED, 'ods_qlik/EDW.PRODUCT__ct', stem!), path.join(delivered, '20260401-000000000.dfm'));
    await writeFile(path.join(delivered, '20260401-000000000.csv.gz'), 'no gzip');
    const { code, out } = await home.run('ingest', path.join(home.folder, 'delivered'));
    expect(code).toBe(1);
    expect(out).toMatch(
      /failed: cubic\/ods_qlik\/EDW\.PRODUCT__ct\/20260401-000000000\.csv\.gz: The file is no gzip file/,
    );
    expect((await home.run('status')).out).toMatch(/failed: cubic.*no gzip file/);
    const status = JSON.parse((await home.run('status', '--table', 'EDW.PRODUCT', '--json')).out) as unknown[];
    expect(status).toEqual([
      {
        table: 'edw_product',
        contract: 'there',
        dmap: null,
        state: 'failing',
        reason: expect.stringMatching(/no gzip file/) as string,
        rows: 39,
        version: 1,
        generation: expect.any(String) as string,
        loads: { archived: 5, failed: 1 },
        orphans: 1,
        conflicts: 0,
        movesOntoLive: 0,
        quarantined: 0,
        receipts: expect.objectContaining({ quarantined: 0 }) as object,
        givenUp: { files: 0, rows: 0 },
        describedAnew: { files: 0, examples: [] },
        keysInDoubt: { rows: 0, keys: [], loads: [] },
        failures: 0,
        nextTry: null,
        hold: null,
        generations: [
          {
            name: expect.any(String) as string,
            state: 'live',
            rows: 39,
            keysLost: null,
            keysGained: null,
            reason: null,
          },
        ],
        publication: null,
        drift: [],
      },
    ]);
  }, 60_000);

  it('names links and exits 1; the folder itself may be a link', async () => {
    const home = await openHome();
    await home.run('table', 'add', 'EDW.PRODUCT', '--from', FEED, '--yes');
    const named = path.join(home.folder, 'named');
    await symlink(path.join(FEED, 'ods_qlik/EDW.PRODUCT'), named);
    expect((await home.run('ingest', named)).out).toMatch(/^[1-9]\d* objects found/);
    const delivered = path.join(home.folder, 'delivered');
    await mkdir(delivered);
    await symlink(FEED, path.join(delivered, 'feed'));
    const { code, out } = await home.run('ingest', delivered);
    expect(code).toBe(1);
    expect(out).toMatch(/^unreadable: "feed": a link; links are not followed: name the folder it points at$/m);
  }, 60_000);

  it('says that there are no contracts, and what to do', async () => {
    const home = await openHome();
    const { code, err } = await home.run('ingest', FEED);
    expect(code).toBe(0);
    expect(err).toMatch(/^No contracts in .*registry\. .*farelake table add .*FARELAKE_REGISTRY/);
    await writeFile(path.join(home.folder, 'registry'), '');
    for (const command of ['ingest', 'status'])
      expect(await home.run(command)).toMatchObject({
        code: 2,
        out: '',
        err: expect.stringMatching(/^farelake: The registry .* is no folder\. Set FARELAKE_REGISTRY.*\n$/) as string,
      });
  }, 60_000);

  it.each([
    [['--engine', 'spark']],
    [['--engine', 'flink']],
    [['/no/such/folder']],
    [['--table', 'EDW.NOPE']],
    [['https://bucket/prefix']],
    [['s3://bucket/../prefix']],
  ])(
    'refuses %j: exit 2',
    async (args) => {
      const home = await openHome();
      expect(await home.run('ingest', ...args)).toMatchObject({ code: 2, out: '' });
    },
    30_000,
  );
});

it.each([
  [[]],
  [['table']],
  [['table', 'add']],
  [['table', 'list']],
  [['table', 'show']],
  [['psql']],
  [['ingest']],
  [['query']],
  [['status']],
  [['migrate']],
  [['down']],
])('farelake %j --help helps', async (args) => {
  // Help needs no database: this one does not exist.
  const { code, out } = await runCommand({ DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none' }, [
    ...args,
    '--help',
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: farelake/);
});

it('help says that status exits 0 whatever the state is', async () => {
  const say = async (...args: string[]) => (await runCommand({}, [...args, '--help'])).out;
  expect(await say('status')).toMatch(/Exits 0 whenever it could show the state/);
  expect(await say()).toMatch(/status exits 0 whenever/);
});

it('a zone that is neither a folder nor a bucket is refused, not made into one', async () => {
  for (const zone of ['INCOMING', 'ARCHIVE', 'ERROR', 'STAGE'])
    for (const place of ['gs://bucket/stage', 's3://', 's3://bucket/a//b', 's3://key:secret@bucket']) {
      const { code, err } = await runCommand({ [`FARELAKE_${zone}`]: place }, ['status']);
      expect(code).toBe(2);
      expect(err).toMatch(new RegExp(`^farelake: FARELAKE_${zone}: .*Set it to a folder of this machine, or to s3://`));
      expect(err).not.toContain('secret');
    }
}, 60_000);

it('a limit that is no size is refused', async () => {
  const { code, err } = await runCommand({ FARELAKE_SCRATCH_LIMIT: 'plenty' }, ['status']);
  expect(code).toBe(2);
  expect(err).toMatch(/FARELAKE_SCRATCH_LIMIT is "plenty", which is no size\. Write bytes with a unit/);
});
