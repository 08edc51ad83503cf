/**
 * Each record once, against a real broker: consumers that are killed at every step of a commit and at random, a broker that goes
 * away twice, a group that is shared out anew in the middle.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { kafkaConnection, produceRecords, topicOffsets, type ProducedRecord } from '@farelake/kafka/client';
import {
  closeHomes,
  openHome,
  queryJson,
  REPOSITORY,
  startCommand,
  type Home,
} from '../../../../packages/cli/test/support/command.ts';
import { closeBroker, describeKafka, openBroker, type TestBroker } from './support/test-broker.ts';

const RECORDS = 300_000;
const PARTITIONS = 6;
const TOPIC = 'taps';
const KILLS = 20;
/** The records bear times of long ago, which a broker would soon delete. */
const KEPT = { 'retention.ms': '-1' };
/** A life ends at one of these, at its n-th time; undefined: it is killed from outside. */
const DEATHS = [
  'taps:started:3',
  'taps:written:4',
  undefined,
  'taps:committing:2',
  'taps:committed:5',
  undefined,
] as const;

/** Some of each hundred: a value that is no tap, a tombstone, a tap that the producer sends a second time. */
const isPoison = (n: number) => n % 100 === 13;
const isTombstone = (n: number) => n % 1000 === 500;
const isTwice = (n: number) => n % 200 === 77;

function recordOf(n: number): ProducedRecord {
  const partition = n % PARTITIONS;
  const timestamp = 1_772_300_000_000n + BigInt(n) * 400n;
  if (isTombstone(n)) return { partition, timestamp, value: null };
  if (isPoison(n)) return { partition, timestamp, value: `{"tapId":"t-${n}","why":"no tap"}` };
  // The one before, once more, under an offset of its own.
  const tap = isTwice(n) ? n - 1 : n;
  const value = {
    tapId: `t-${tap}`,
    tokenId: `tok-${tap % 5000}`,
    stopId: `s-${tap % 300}`,
    deviceId: `V-${tap % 900}`,
  };
  return { partition, timestamp, value: JSON.stringify(value) };
}

function* records(from: number, to: number): Generator<ProducedRecord> {
  for (let n = from; n < to; n += 1) yield recordOf(n);
}

const onPartition = (partition: number, from: number, to: number): ProducedRecord[] =>
  [...records(from, to)].map((record) => ({ ...record, partition }));

const count = (is: (n: number) => boolean) => Array.from({ length: RECORDS }, (_, n) => n).filter(is).length;
const TOMBSTONES = count(isTombstone);
const POISON = count((n) => isPoison(n) && !isTombstone(n));
const TWICE = count(isTwice);
const ROWS = RECORDS - TOMBSTONES - POISON;

describeKafka('each record of a topic counts once', () => {
  let broker: TestBroker;
  let home: Home;
  beforeAll(async () => {
    broker = await openBroker();
    await broker.createTopic(TOPIC, PARTITIONS, KEPT);
    home = await openHome(cluster());
    await home.run('migrate');
  });
  const cluster = () => ({
    FARELAKE_REGISTRY: path.join(REPOSITORY, 'packages/schema-registry/registry'),
    KAFKA_BROKERS: broker.brokers,
    KAFKA_USERNAME: broker.username,
    KAFKA_PASSWORD: broker.password,
    KAFKA_CA_FILE: broker.caFile,
  });
  afterAll(async () => {
    await closeHomes();
    await closeBroker(broker);
  }, 60_000);

  const consume = (failpoint: string | undefined, ...more: string[]) =>
    startCommand({ ...home.variables, ...(failpoint === undefined ? {} : { FARELAKE_FAILPOINT: failpoint }) }, [
      ...['taps', 'consume', '--topic', TOPIC, '--batch-records', '2000', '--batch-seconds', '1'],
      ...['--session-timeout', '6', ...more],
    ]);

  it('through kills, restarts of the broker and rebalances', async () => {
    const connection = kafkaConnection({ ...broker, brokers: broker.brokers });
    await produceRecords({ connection }, TOPIC, records(0, RECORDS / 2));
    const rest = produceRecords({ connection }, TOPIC, records(RECORDS / 2, RECORDS));
    let kills = 0;
    let isOver = false;
    const alive = new Set<ChildProcess>();
    const errors: string[] = [];
    /** One place in the group: whoever dies there is followed by another. */
    const place = async (first: number) => {
      for (let life = first; !isOver; life += 1) {
        const death = DEATHS[life % DEATHS.length];
        const { child, ended } = consume(death);
        alive.add(child);
        if (death === undefined) void pause(4000 + 500 * first).then(() => child.kill('SIGKILL'));
        const { code, err } = await ended;
        alive.delete(child);
        if (code === null) kills += 1;
        // Who begins while the broker is down is told so at once.
        else if (!err.includes('cannot be reached')) errors.push(err);
        else await pause(500);
      }
    };
    const places = [place(0), place(2)];
    const restarts = (async () => {
      await pause(8000);
      await broker.restart();
      await pause(8000);
      await broker.kill();
      await broker.restart();
    })();
    // A third one: the partitions are shared out anew.
    await pause(5000);
    places.push(place(4));
    await Promise.all([rest, restarts]);
    while (kills < KILLS) await pause(500);
    isOver = true;
    for (const child of alive) child.kill('SIGKILL');
    await Promise.all(places);
    // No other life ends by itself.
    expect(errors).toEqual([]);
    const last = await consume(undefined, '--until-end', '--json').ended;
    expect({ code: last.code, ...(last.code === 0 ? {} : { err: last.err }) }).toEqual({ code: 0 });
    // A producer that a dying broker gives no answer sends again, and what it had written is in the topic twice: the topic tells how much.
    const { partitions } = await topicOffsets(connection, TOPIC);
    const sent = partitions.reduce((sum, { earliest, latest }) => sum + Number(latest - earliest), 0);
    expect(sent).toBeGreaterThanOrEqual(RECORDS);
    const [all] = (await queryJson(
      home,
      `SELECT count(*) AS n, count(DISTINCT tap_id) AS taps, count(DISTINCT (partition, "offset")) AS places FROM taps`,
    )) as { n: number; taps: number; places: number }[];
    expect(all).toEqual({ n: all?.n, taps: ROWS - TWICE, places: all?.n });
    const status = JSON.parse((await home.run('taps', 'status', '--json')).out) as {
      partitions: Record<string, unknown>[];
      refused: { records: number }[];
    };
    const poison = status.refused[0]?.records ?? 0;
    expect(status.refused).toEqual([{ dataset: 'taps', reason: 'missing-field', records: poison }]);
    expect(status.partitions).toHaveLength(PARTITIONS);
    for (const one of status.partitions) expect(one).toMatchObject({ epoch: 0, firstOffset: '0', missing: 0, lag: 0 });
    expect(
      await queryJson(
        home,
        `SELECT count(*) AS n, count(DISTINCT (partition_id, record_offset)) AS d FROM ledger.kafka_refused`,
      ),
    ).toEqual([{ n: poison, d: poison }]);
    const [told] = JSON.parse((await home.run('status', '--table', 'taps', '--json')).out) as {
      taps: { tombstones: number };
    }[];
    const tombstones = told?.taps.tombstones ?? 0;
    expect(told).toMatchObject({
      ...{ state: 'live', rows: all?.n, quarantined: poison },
      taps: { records: sent, tombstones, missing: 0 },
    });
    // Each record of the topic in one place, and none of what was sent once is missing.
    expect((all?.n ?? 0) + poison + tombstones).toBe(sent);
    const least = { rows: ROWS, poison: POISON, tombstones: TOMBSTONES };
    const found = { rows: all?.n ?? 0, poison, tombstones };
    for (const kind of ['rows', 'poison', 'tombstones'] as const)
      expect(found[kind]).toBeGreaterThanOrEqual(least[kind]);
    if (sent === RECORDS) expect(found).toEqual(least);
  }, 900_000);

  it('SIGTERM drains: what is in hand is in the table, and the group goes on behind it', async () => {
    await broker.createTopic('drained', 2, KEPT);
    const connection = kafkaConnection({ ...broker, brokers: broker.brokers });
    const args = ['taps', 'consume', '--topic', 'drained', '--batch-records', '500', '--batch-seconds', '60'];
    await produceRecords({ connection }, 'drained', onPartition(0, 0, 1000));
    const { child, ended } = startCommand(home.variables, args);
    const there = async () =>
      ((await queryJson(home, `SELECT count(*) AS n FROM taps WHERE topic = 'drained'`)) as { n: number }[])[0]?.n ?? 0;
    while ((await there()) === 0) await pause(300);
    await produceRecords({ connection }, 'drained', onPartition(1, 1, 12));
    await pause(2000);
    child.kill('SIGTERM');
    const { code, err } = await ended;
    expect({ code, err: err.includes('Stopped') }).toEqual({ code: 130, err: true });
    const status = JSON.parse((await home.run('taps', 'status', '--json')).out) as {
      partitions: Record<string, unknown>[];
    };
    const own = status.partitions.filter(({ topic }) => topic === 'drained');
    expect(own).toHaveLength(2);
    for (const one of own) expect(one).toMatchObject({ lag: 0, committedOffset: one['endOffset'] });
  }, 180_000);

  it('the table decides where to go on, whoever else has read under the name of the group', async () => {
    await broker.createTopic('shared', 2, KEPT);
    const connection = kafkaConnection({ ...broker, brokers: broker.brokers });
    const args = ['taps', 'consume', '--topic', 'shared', '--until-end'];
    const other = await openHome(cluster());
    const rows = async (own: Home) =>
      ((await queryJson(own, `SELECT count(*) AS n FROM taps WHERE topic = 'shared'`)) as { n: number }[])[0]?.n;
    await produceRecords({ connection }, 'shared', onPartition(0, 1, 12));
    expect((await home.run(...args)).code).toBe(0);
    // Another home, the same group: everything all the same.
    expect((await other.run(...args)).code).toBe(0);
    await produceRecords({ connection }, 'shared', onPartition(1, 1, 12));
    expect((await other.run(...args)).code).toBe(0);
    expect((await home.run(...args)).code).toBe(0);
    expect([await rows(home), await rows(other)]).toEqual([22, 22]);
    // Made anew, with fewer records than the group has offsets: all of the new ones.
    await broker.deleteTopic('shared');
    await broker.createTopic('shared', 2, KEPT);
    await produceRecords({ connection }, 'shared', onPartition(0, 1, 6));
    expect((await home.run(...args)).code).toBe(0);
    expect(await rows(home)).toBe(27);
  }, 180_000);
});
