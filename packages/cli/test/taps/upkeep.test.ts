/** What the commands for files, folds and upkeep say of the table of a topic: never a stack, and what to do instead. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeHomes, openHome, queryJson, REPOSITORY, type Home } from '../support/command.ts';

let home: Home;
beforeAll(async () => {
  home = await openHome({ FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') });
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  const tap = (partition: number, offset: number) => ({
    ...{ topic: 'taps', partition, offset, timestamp: 1_772_366_400_000, timestampType: 'CREATE_TIME', headers: [] },
    value: base64(offset === 3 ? {} : { tapId: `t-${offset}`, tokenId: 'k', stopId: '70061', deviceId: 'V-7' }),
  });
  const lines = [0, 1, 2, 3, 4].map((offset) =>
    JSON.stringify({
      eventSource: 'aws:kafka',
      eventSourceArn: 'arn:taps',
      records: { 'taps-0': [tap(0, offset)], 'taps-1': [tap(1, offset)] },
    }),
  );
  const file = path.join(home.folder, 'events.jsonl');
  await writeFile(file, lines.join('\n'));
  await mkdir(path.join(home.folder, 'home/incoming'), { recursive: true });
  expect(await home.run('taps', 'replay', file)).toMatchObject({ code: 0 });
}, 120_000);
afterAll(closeHomes, 60_000);

const TOPIC = /^farelake: taps is the table of a Kafka topic: /;

it.each([
  [['verify', '--table', 'taps'], /nothing to compare it with\. farelake audit --table taps --content/],
  [['repair', '--table', 'taps', '--why', 'x'], /nothing to compare it with\. farelake audit/],
  [['table', 'rollback', 'taps'], /nothing to go back to\. farelake audit/],
  [['table', 'reject', 'taps'], /nothing to reject\. farelake audit/],
  [['replay', '--table', 'taps'], /no loads to take through again\. Hand recorded events in with farelake taps replay/],
  [['replay', '--table', 'kafka.taps', '--dry-run'], /no loads to take through again/],
  [['table', 'add', 'taps', '--from', REPOSITORY], /no \.dfm tells .*kafka\/taps\.json by hand/],
])('not for topics: farelake %j', async (command, why) => {
  const { code, out, err } = await home.run(...command);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(TOPIC);
  expect(err).toMatch(why);
});

it('what goes by loads goes past it', async () => {
  expect(await home.run('give-up', '--load', '1', '--why', 'x')).toMatchObject({
    code: 1,
    err: expect.not.stringMatching(/ at /) as string,
  });
  expect(await home.run('ingest')).toMatchObject({ code: 0 });
  expect(await home.run('ingest', '--table', 'taps')).toMatchObject({ code: 0 });
  expect(await home.run('replay', '--all', '--dry-run')).toMatchObject({ code: 0 });
  expect(JSON.parse((await home.run('table', 'list', '--json')).out)).toContainEqual(
    expect.objectContaining({ table: 'taps', state: 'live', rows: 8 }),
  );
});

it('table show says what it is made of', async () => {
  const { code, out } = await home.run('table', 'show', 'taps');
  expect(code).toBe(0);
  expect(out).toMatch(/rows +of records of a topic, each once/);
  expect(out).toMatch(/records +10 records of 2 partitions: 2 in quarantine, 0 tombstones, 0 offsets missing/);
  expect(JSON.parse((await home.run('table', 'show', 'taps', '--json')).out)).toMatchObject({
    feed: 'kafka',
    history: null,
    taps: { partitions: 2, records: 10, missing: 0 },
  });
});

it('hold, maintain, release: a held table is not merged, and says why; then its closed day is, and the audit finds nothing', async () => {
  expect((await home.run('table', 'hold', 'taps', '--why', 'a look')).out).toMatch(
    /Records of its topic stay in Kafka/,
  );
  const held = await home.run('maintain', '--dry-run');
  expect(held).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^not merged: taps: it is held: .*a look/m) as string,
  });
  expect((await home.run('table', 'release', 'taps')).code).toBe(0);
  expect((await home.run('maintain', '--tap-grace', 'P9000D')).out).not.toMatch(/merged/);
  const dry = await home.run('maintain', '--dry-run');
  expect(dry.out).toMatch(/^taps: 8 files of 1 closed service date would be merged into 1: 8 rows, [\d,]+ bytes$/m);
  const done = await home.run('maintain', '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({
    dryRun: false,
    merged: [{ table: 'taps', date: '2026-03-01', rows: 8, before: { files: 8 }, after: { files: 1 } }],
    unmerged: [],
    busy: [],
    kept: { files: 8 },
  });
  expect(await queryJson(home, 'SELECT count(*) AS n, count(DISTINCT (partition, "offset")) AS d FROM taps')).toEqual([
    { n: 8, d: 8 },
  ]);
  expect(await home.run('audit', '--content')).toMatchObject({ code: 0 });
  expect((await home.run('maintain')).out).not.toMatch(/merged/);
  expect((await home.run('maintain', '--tap-grace', 'soon')).code).toBe(2);
}, 120_000);

it('a file that is gone: the audit tells it and what to do, a query says which, and nothing breaks off', async () => {
  const [{ uri }] = (await queryJson(
    home,
    'SELECT archive_uri AS uri FROM ledger.kafka_batches ORDER BY id LIMIT 1',
  )) as [{ uri: string }];
  await rm(fileURLToPath(uri));
  const { code, out } = await home.run('audit', '--table', 'taps', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ findings: [{ kind: 'copy-gone', table: 'taps', object: uri }] });
});
