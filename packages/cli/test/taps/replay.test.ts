/** `farelake taps replay` and `taps status`: what scripts and people rely on. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { closeHomes, openHome, queryJson, REPOSITORY, type Home } from '../support/command.ts';

afterAll(closeHomes, 60_000);

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const SECRET_TOKEN = 'tok-that-is-never-told';
const tap = (offset: number, more: object = {}) => ({
  ...{ topic: 'taps', partition: 0, offset, timestamp: 1_772_366_400_000, timestampType: 'CREATE_TIME' },
  value: base64({ tapId: `t-${offset}`, tokenId: SECRET_TOKEN, stopId: '70061', deviceId: 'V-7' }),
  headers: [],
  ...more,
});
const event = (...records: unknown[]): string =>
  JSON.stringify({ eventSource: 'aws:kafka', eventSourceArn: 'arn:taps', records: { 'taps-0': records } });

const inHome = async (home: Home, name: string, content: string | Buffer): Promise<string> => {
  const file = path.join(home.folder, name);
  await writeFile(file, content);
  return file;
};

const openTaps = (): Promise<Home> =>
  openHome({ FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry') });

describe('taps replay', () => {
  it('hands each line to the function; again, everything is known already', async () => {
    const home = await openTaps();
    const poison = tap(2, { value: base64('{"tokenId":"secret"}') });
    const lines = [event(tap(0), tap(1), poison), '', event(tap(1), tap(5), tap(6, { value: null }))];
    const file = await inHome(home, 'events.jsonl', `${lines.join('\r\n')}\n`);
    expect(await home.run('taps', 'replay', file)).toEqual({
      code: 0,
      out: 'taps: 6 records of taps in 2 events: 3 new rows, 1 known already, 1 in quarantine, 1 tombstone\n  farelake taps status says why; the records lie in the error zone as they came\n',
      err: '',
    });
    const again = await home.run('taps', 'replay', file, '--json');
    expect(JSON.parse(again.out)).toEqual({
      events: 2,
      tables: [
        {
          ...{ table: 'taps', topic: 'taps', records: 6, repeated: 6, written: 0, quarantined: 0, tombstones: 0 },
          madeAnew: 0,
        },
      ],
    });
    expect(
      await queryJson(home, 'SELECT topic, partition, "offset", tap_id, token_id = \'x\' AS told FROM taps ORDER BY 3'),
    ).toEqual([0, 1, 5].map((offset) => ({ topic: 'taps', partition: 0, offset, tap_id: `t-${offset}`, told: false })));
    const status = await home.run('taps', 'status');
    expect(status.out).toMatch(/taps +taps +0 +0 +0–6 +5 +1 +2 +2026-03-01 12:00:00/);
    expect(status.out).toMatch(/missing: taps: taps partition 0: 2 offsets \(3–4\)/);
    expect(status.out).toMatch(/refused: taps: 1 record: missing-field: a field that has to be there is not/);
    expect(JSON.parse((await home.run('taps', 'status', '--table', 'taps', '--json')).out)).toMatchObject({
      partitions: [
        { dataset: 'taps', cluster: 'arn:taps', partition: 0, firstOffset: '0', lastOffset: '6', missing: 2 },
      ],
      refused: [{ dataset: 'taps', reason: 'missing-field', records: 1 }],
    });
    expect(JSON.parse((await home.run('status', '--table', 'taps', '--json')).out)).toMatchObject([
      { table: 'taps', state: 'live', rows: 3, version: 2, quarantined: 1, taps: { partitions: 1, records: 5 } },
    ]);
    expect((await home.run('table', 'show', 'taps')).out).toMatch(/token_id/);
  });

  it('reads compressed events, and takes another name of the cluster', async () => {
    const home = await openTaps();
    const file = await inHome(home, 'events.jsonl.gz', gzipSync(`${event(tap(0))}\n`));
    expect((await home.run('taps', 'replay', file)).code).toBe(0);
    expect((await home.run('taps', 'replay', file, '--cluster', 'vendor')).out).toMatch(/1 new row/);
    expect((await home.run('taps', 'status')).out).toMatch(/several clusters/);
  });

  it.each([
    ['a line that is no JSON', `${event(tap(0))}\n{"eventSource":`, /line 2: it is no JSON/],
    ['a line that is no event', `${event(tap(0))}\n\n{"Records":[]}\n`, /line 3: .*\$\.eventSource is neither/],
    [
      'an event without a cluster',
      `${event(tap(0))}\n{"eventSource":"aws:kafka","records":{}}`,
      /line 2: .*cluster is not known/,
    ],
  ])('%s: exit 1 and its number; what stood before is in', async (_, text, problem) => {
    const home = await openTaps();
    const { code, out, err } = await home.run('taps', 'replay', await inHome(home, 'events.jsonl', text));
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(problem);
    expect(err).not.toMatch(SECRET_TOKEN);
    expect(await queryJson(home, 'SELECT count(*) AS n FROM taps')).toEqual([{ n: 1 }]);
  });

  it('a compressed file that breaks off: exit 1; what could be read is in', async () => {
    const home = await openTaps();
    const whole = gzipSync(Array.from({ length: 300 }, (_, index) => event(tap(index))).join('\n'));
    const file = await inHome(home, 'events.jsonl.gz', whole.subarray(0, whole.length / 2));
    const { code, err } = await home.run('taps', 'replay', file);
    expect(code).toBe(1);
    expect(err).toMatch(/is no whole gzip file: it breaks off after line \d+/);
  });

  it('a file that is not there is a matter of usage', async () => {
    const home = await openTaps();
    expect(await home.run('taps', 'replay', path.join(home.folder, 'none.jsonl'))).toMatchObject({ code: 2, out: '' });
    expect(await home.run('taps', 'replay')).toMatchObject({ code: 2 });
  });

  it('a held table: exit 1, nothing is changed', async () => {
    const home = await openTaps();
    const file = await inHome(home, 'events.jsonl', event(tap(0)));
    await home.run('table', 'hold', 'taps');
    const { code, err } = await home.run('taps', 'replay', file);
    expect(code).toBe(1);
    expect(err).toMatch(/taps is held: .* Records of taps stay in Kafka/);
    await home.run('table', 'release', 'taps');
    expect((await home.run('taps', 'replay', file)).code).toBe(0);
  });
});

describe('taps status', () => {
  it('before any record', async () => {
    const home = await openTaps();
    expect(await home.run('taps', 'status')).toMatchObject({ code: 0, out: 'No record of any topic was taken yet.\n' });
    expect(JSON.parse((await home.run('taps', 'status', '--json')).out)).toEqual({ partitions: [], refused: [] });
  });
});
