/** Proves the command line of time travel: what --at takes, what it refuses, and what table versions lists. */
import { parseAt } from '../src/parse-at.ts';
import { closeHomes } from './support/command.ts';
import { withProducts } from './support/products.ts';

afterAll(closeHomes, 60_000);

const same = (name: string) => name;

describe('--at', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.0Z'],
    ['2026-03-01T04:00:00Z', '2026-03-01T04:00:00.0Z'],
    ['2026-03-01 04:00:00', '2026-03-01T04:00:00.0Z'],
    ['2026-03-01T04:00', '2026-03-01T04:00:00.0Z'],
    ['2026-03-01T04:00:00.123456789+02:00', '2026-03-01T04:00:00.123456+02:00'],
    ['0001-01-01T00:00-1345', '0001-01-01T00:00:00.0-1345'],
  ])('takes the time %s', (text, at) => {
    expect(parseAt([text], same)).toEqual({ time: { at }, versions: new Map() });
  });

  it('takes durations, versions of the one table, versions by table, and both', () => {
    expect(parseAt(['PT2H'], same)).toEqual({ time: { ago: 7200 }, versions: new Map() });
    expect(parseAt(['12'], same)).toEqual({ version: 12, versions: new Map() });
    const versions = new Map([
      ['edw_x', 12],
      ['edw_x_history', 15],
    ]);
    expect(parseAt(['edw_x=12, edw_x_history=15'], same)).toEqual({ versions });
    expect(parseAt(['edw_x=12', 'edw_x_history=15', 'P1D'], same)).toEqual({ versions, time: { ago: 86_400 } });
    expect(parseAt(['EDW.X=3'], (name) => name.toLowerCase().replace('.', '_')).versions).toEqual(
      new Map([['edw_x', 3]]),
    );
  });

  it.each([
    [''],
    ['yesterday'],
    ['2026-02-30'],
    ['2026-03-01T24:00:00Z'],
    ['2026-03-01Z'],
    ['2026-03-01T04:00:00+99:00'],
    ['2026-03-01T04:00:00+14:01'],
    ['2026-03-01T04:00:00-02:60'],
    ['0000-01-01'],
    ['infinity'],
    ['0'],
    ['-1'],
    ['edw_x=0'],
    ['edw_x=2026-03-01'],
    ['1,2'],
    ['edw_x=1,edw_x=2'],
    ['2026-03-01,2026-03-02'],
  ])('refuses %j', (text) => {
    expect(() => parseAt([text], same)).toThrow(/^--at ".*Write a time such as/);
  });
});

it.each(['PT99999999999999H', 'P99999999D', `P${'9'.repeat(400)}D`, 'PT', 'P'])('refuses the duration %s', (text) => {
  expect(() => parseAt([text], same)).toThrow(/^--at is ".*Write one such as/);
});

it('a table can be queried as it stood, by time and by version, and its versions are listed with what made them', async () => {
  const home = await withProducts();
  const json = async (...args: string[]) => {
    const { code, out, err } = await home.run(...args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Record<string, unknown>[];
  };
  const versions = await json('table', 'versions', 'EDW.PRODUCT', '--json');
  expect(versions).toMatchObject([{ version: 1, origin: 'fold', filesRemoved: 0, readable: true, loads: null }]);
  const [{ rows, committedAt } = {}] = versions;
  const [history] = await json('table', 'versions', 'edw_product', '--history', '--json');
  expect(history).toMatchObject({ origin: 'load', generation: null, loads: expect.any(Number) as number });
  const all = 'SELECT count(*)::INTEGER AS n FROM edw_product';
  const at = (...moment: string[]) => json('query', all, '--format', 'json', ...moment.flatMap((one) => ['--at', one]));
  expect(await at(committedAt as string)).toEqual([{ n: rows }]);
  expect(await at('1')).toEqual([{ n: rows }]);
  expect(await at('EDW.PRODUCT=1')).toEqual([{ n: rows }]);
  expect(await at('2020-01-01')).toEqual([{ n: 0 }]);
  expect(await at('2020-01-01', 'edw_product=1')).toEqual([{ n: rows }]);
  expect((await json('table', 'versions', 'edw_product_history', '--json'))[0]).toEqual(history);
  const { out } = await home.run('table', 'versions', 'EDW.PRODUCT');
  expect(out).toMatch(
    /^version +committed at +rows +files +came of +snapshot\n.*\n +1 +20\S+Z +\d+ +1 \(\+1 −0\) +fold/,
  );

  expect(await home.run('query', all, '--at', '7')).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/edw_product never had a version 7\..*farelake table versions/) as string,
  });
  expect(await home.run('query', all, '--at', 'soon')).toMatchObject({ code: 2, out: '' });
  expect(await home.run('query', 'SELECT 1', '--at', '1')).toMatchObject({ code: 2, out: '' });
  expect(await home.run('query', `${all}, edw_product_history`, '--at', 'edw_product=1')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('edw_product_history: --at gives no version of it, and no time') as string,
  });
  expect(await home.run('table', 'versions', 'EDW.PRODUCT', '--history', '--limit', '1')).toMatchObject({
    code: 0,
    err: 'older ones are not shown: --limit 10 shows more\n',
  });
  expect(await home.run('table', 'versions', 'EDW.PRODUCT', '--limit', '0')).toMatchObject({ code: 2, out: '' });
}, 120_000);
