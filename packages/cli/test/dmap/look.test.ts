/** Proves what a person sees of DMAP sets, what flags do, and how mistakes in asking end. */
import { nameOf } from '@farelake/dmap/testing';
import { databaseText } from '../support/kept.ts';
import { CITATION, DAILY, dataset, datasets, openVendorHome, syncOf, withVendor } from './support/vendor-home.ts';

const standIn = withVendor();

test('list, show and dry runs change nothing, before a first sync and after it', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 3));
  // Migrations are of whatever command comes first.
  expect(await it.run('status')).toMatchObject({ code: 0 });
  const ledger = async () => (await databaseText(it.home.databaseUrl)).text;
  const look = async () => {
    const before = await ledger();
    const ran = {
      list: await it.run('dmap', 'list'),
      show: await it.run('dmap', 'show', 'agg_daily'),
      dry: await it.run('dmap', 'sync', '--dry-run'),
      json: await it.run('dmap', 'sync', '--dry-run', '--json'),
    };
    for (const [name, { code, err }] of Object.entries(ran))
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
    expect(await ledger()).toBe(before);
    expect(standIn.requests.filter(({ on }) => on === 'link')).toEqual([]);
    return ran;
  };
  const first = await look();
  expect(first.list.out).toMatch(/agg_daily: 3 listed\n[^]*d_0002 +2020-01-03 +2020-01-03 03:00:00.123456 +new\n/);
  expect(first.list.out).toMatch(/citation: 0 listed/);
  expect(first.show.out).toMatch(/state +empty[^]*listed +never: farelake dmap sync/);
  expect(first.dry.out).toMatch(
    /agg_daily: 3 datasets would be fetched\n +d_0002 {2}2020-01-03 {2}issued 2020-01-03 03:00:00.123456 {2}lane new\n +d_0001/,
  );
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: 3 } });
  standIn.requests.length = 0;
  await standIn.issue(DAILY, [dataset(1, { sum: 50, lastUpdated: '2024-01-01T00:00:00' })]);
  const later = await look();
  expect(later.list.out).toMatch(/d_0002 .* in the table\nd_0001 +2020-01-02 +2024-01-01 00:00:00 +new\n/);
  expect(later.show.out).toMatch(/dmap_agg_daily, 6 rows, version 1\n[^]*watermark +2020-01-03[^]*3 fetched/);
  expect(syncOf(later.json).daily).toMatchObject({ fresh: 1, planned: [{ datasetId: nameOf(1), lane: 'new' }] });
});

test('--since, --set and --slow-limit', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 30));
  await standIn.issue(CITATION, datasets(0, 2));
  expect(await it.sync('--set', 'agg_daily', '--since', '2020-01-26')).toMatchObject({
    code: 0,
    daily: { listed: 5, fetched: 5 },
  });
  expect((await it.status()).citation).toMatchObject({ state: 'empty', dmap: null });
  const listed = await it.run('dmap', 'list', '--set', 'dmap_citation', '--since', '2020-01-02', '--json');
  expect(JSON.parse(listed.out)).toMatchObject([{ set: 'citation', results: [{ datasetId: nameOf(1), known: null }] }]);
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: 25 }, citation: { fetched: 2 } });
  // More than twenty known ones at once.
  await standIn.issue(DAILY, datasets(0, 25, { sum: 1000, lastUpdated: '2024-01-01T00:00:00' }));
  const limited = await it.run('dmap', 'sync', '--slow-limit', '3');
  expect(limited).toMatchObject({ code: 0, err: '' });
  expect(limited.out).toMatch(/to be fetched: dmap_agg_daily: 22 in the slow lane, issued anew by the vendor at once/);
  expect(Object.values(await it.shown()).filter((sum) => sum === 1000)).toHaveLength(3);
  const status = await it.run('status');
  expect(status.code).toBe(0);
  expect(status.out).toMatch(/22 in the slow lane/);
  expect((await it.status()).daily).toMatchObject({ state: 'live', dmap: { waiting: { slow: 22 } } });
  expect((await it.run('dmap', 'show', 'agg_daily')).out).toMatch(/0 new, 22 in the slow lane/);
  expect(await it.sync('--slow-limit', '0')).toMatchObject({ code: 0, daily: { fetched: 0, waiting: { slow: 22 } } });
  expect(await it.sync()).toMatchObject({ code: 0, daily: { fetched: 22, waiting: { slow: 0 } } });
  expect(Object.values(await it.shown()).filter((sum) => sum === 1000)).toHaveLength(25);
}, 240_000);

const KEY = 'not-for-anybody-to-see';
const UNSET = { DMAP_PUBLIC_KEY: '', DMAP_CONTROLLED_KEY: '' };

/** By name: variables, what is asked, and what is told. */
const MISTAKES: Record<string, readonly [variables: NodeJS.ProcessEnv, args: string, told: RegExp]> = {
  'a set that has no contract': [{}, 'sync --set agg_dayly', /of the DMAP set "agg_dayly"[^]*agg_daily, citation/],
  'a set that has no contract, listed': [{}, 'list --set nothing', /of the DMAP set "nothing"/],
  'a set that has no contract, shown': [{}, 'show nothing', /nothing/],
  'no address': [{ DMAP_BASE_URL: '' }, 'sync', /DMAP_BASE_URL is not set/],
  'no address, listed': [{ DMAP_BASE_URL: '' }, 'list', /DMAP_BASE_URL is not set/],
  'http beyond this machine': [
    { DMAP_BASE_URL: `http://api.example.org/${KEY}` },
    'sync',
    /http is allowed on this machine/,
  ],
  'an address with a key': [{ DMAP_BASE_URL: `https://api.example.org/?apikey=${KEY}` }, 'sync', /it is not shown/],
  'no day': [{}, 'sync --since 2020-02-30', /--since "2020-02-30" is no day/],
  '--since and --full': [{}, 'sync --since 2020-02-03 --full', /contradict each other/],
  'no number': [{}, 'sync --slow-limit few', /"few" is no number of datasets/],
};

test(`a mistake ends with exit code 2 and what to do: ${Object.keys(MISTAKES).join('; ')}`, async () => {
  const it = await openVendorHome();
  for (const [name, [variables, args, told]] of Object.entries(MISTAKES)) {
    const { code, out, err } = await it.start(variables, 'dmap', ...args.split(' ')).ended;
    expect({ name, code, out, err }).toEqual({ name, code: 2, out: '', err: expect.stringMatching(told) as string });
    expect(err).not.toContain(KEY);
  }
});

test('keys that are missing: sets are passed over, unless they are named', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 1));
  const over = await it.start({ DMAP_CONTROLLED_KEY: '' }, 'dmap', 'sync').ended;
  expect(over).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^passed over: citation: There is no key of DMAP's API "transactional"/) as string,
  });
  expect(over.out).toMatch(/agg_daily +live/);
  const named = await it.start({ DMAP_CONTROLLED_KEY: '' }, 'dmap', 'sync', '--set', 'citation').ended;
  expect(named.code).toBe(1);
  expect(named.out).toMatch(/trouble: citation: There is no key .* Set DMAP_CONTROLLED_KEY to it/);
  const none = await it.start(UNSET, 'dmap', 'sync', '--json').ended;
  expect(syncOf(none).daily).toMatchObject({ skipped: expect.stringMatching(/no key/) as string, trouble: null });
});

test('keys that cannot be read: told of the sets of that API, without them; the other sets go on', async () => {
  const it = await openVendorHome();
  await standIn.issue(DAILY, datasets(0, 1));
  const key = async (variables: NodeJS.ProcessEnv) => {
    const ran = await it.start(variables, 'dmap', 'sync', '--json').ended;
    expect(ran.out + ran.err).not.toContain(KEY);
    return syncOf(ran);
  };
  const away = {
    ...{ AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9', AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: KEY },
  };
  const trouble = (told: RegExp) => ({
    ...{ code: 1, daily: { trouble: null }, citation: { trouble: expect.stringMatching(told) as string } },
  });
  expect(await key({ ...away, DMAP_CONTROLLED_KEY: '', DMAP_CONTROLLED_KEY_SECRET: 'dmap/controlled' })).toMatchObject(
    trouble(/Secrets Manager does not give key of DMAP's controlled sets, the secret dmap\/controlled/),
  );
  expect(await key({ DMAP_CONTROLLED_KEY: `${KEY}\n` })).toMatchObject(trouble(/begins or ends with a blank/));
  expect(await key({ DMAP_CONTROLLED_KEY: `two ${KEY}` })).toMatchObject(trouble(/holds blanks/));
  expect(await key({ DMAP_CONTROLLED_KEY_SECRET: 'x' })).toMatchObject(trouble(/Both DMAP_CONTROLLED_KEY and/));
}, 240_000);

test('help names every command and flag', async () => {
  const it = await openVendorHome();
  const help = async (...args: string[]) => {
    const ran = await it.run('dmap', ...args, '--help');
    expect(ran).toMatchObject({ code: 0, err: '' });
    return ran.out;
  };
  expect(await help()).toMatch(/sync[^]*list[^]*show[^]*schema/);
  const flags = ['--set <set>', '--since <day>', '--full', '--slow-limit <n>', '--dry-run', '--json'];
  const sync = await help('sync');
  for (const flag of flags) expect(sync).toContain(flag);
  expect(await help('list')).toContain('--since <day>');
  expect(await help('show')).toContain('--all');
});
