/** Proves the command line that scripts rely on: exit codes, spellings (docs: README, "Commands"). */
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { closeHomes, openHome, runCommand } from './support/command.ts';
import { FEED, withProducts } from './support/products.ts';

afterAll(closeHomes, 60_000);

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
        taps: null,
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
        glue: null,
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

it('--version says which farelake and which Node this is', async () => {
  const { code, out } = await runCommand({}, ['--version']);
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringMatching(/^farelake \d+\.\d+\.\d+, Node \d+\.\d+\.\d+\n$/) as string,
  });
});

it.each(['ingest', 'status', 'audit', 'verify'])(
  '%s: one --table at a time, and none is left unheard',
  async (command) => {
    const { code, err } = await runCommand({}, [command, '--table', 'EDW.X', '--table', 'EDW.Y']);
    expect(code).toBe(2);
    expect(err).toMatch(/'--table <table>' argument 'EDW.Y' is invalid. It was given before, as EDW.X/);
  },
);

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
