/** Proves planning, which is pure, by cases: what becomes of each load, and which are worked on together. */
import { parseDfm, parseObjectKey, type Dfm } from '@farelake/qlik';
import { contractFromColumns } from '@farelake/schema-registry';
import { planBatches, type ReadyLoad } from '../../src/plan/plan-batches.ts';
import { planLoads, type KnownGeneration, type PlannedLoad } from '../../src/plan/plan-loads.ts';

const COLUMNS = [{ ordinal: 1, name: 'ID', type: 'INT4', length: 0, precision: 0, scale: 0, primaryKeyPos: 1 }];
const HEADER = ['header__change_seq', 'header__change_oper', 'header__timestamp'];

function dfm(kind: 'snapshot' | 'changes', start = '', end = ''): Dfm {
  const names = kind === 'snapshot' ? [] : HEADER;
  const columns = [...names.map((name) => ({ name, type: 'STRING' })), ...COLUMNS];
  return parseDfm(
    JSON.stringify({
      fileInfo: { recordCount: 1, startWriteTimestamp: start, endWriteTimestamp: end },
      formatInfo: { options: { fieldDelimiter: ',', quoteChar: '"', escapeChar: '', nullValue: '' } },
      dataInfo: {
        sourceSchema: 'EDW',
        sourceTable: 'X',
        columns: columns.map((column, i) => ({ ...column, ordinal: i + 1 })),
      },
    }),
    'x.dfm',
  );
}

const contract = contractFromColumns({ feed: 'qlik', source: { schema: 'EDW', table: 'X' }, columns: COLUMNS });

function load(id: number, path: string, given: Partial<PlannedLoad> & { start?: string } = {}): PlannedLoad {
  const object = parseObjectKey(path)!;
  const { start, ...rest } = given;
  return {
    id,
    object,
    objectKey: path,
    contentHash: `hash${id}`,
    seen: id,
    state: 'registered',
    waitingFor: null,
    everLoaded: false,
    fileTime: null,
    endWrite: null,
    generation: null,
    dfmObjectId: null,
    dfm: { objectId: 100 + id, parsed: dfm(object.kind, start) },
    ...rest,
  };
}

const SNAPSHOT = 'EDW.X/LOAD00000001.csv.gz';
const CHANGES = 'EDW.X__ct/20260101-000000000.csv.gz';

describe('planLoads', () => {
  const verdictOf = (id: number, loads: PlannedLoad[], known = contract) =>
    planLoads(known, loads, []).verdicts.get(id);

  it.each<[string, PlannedLoad[], object]>([
    ['all there', [load(1, SNAPSHOT)], { event: 'prepare', facts: { generation: 'g0001', dfmObjectId: 101 } }],
    ['no .dfm', [load(1, SNAPSHOT, { dfm: null })], { event: 'wait', waitingFor: 'dfm' }],
    [
      'a .dfm that cannot be read',
      [load(1, SNAPSHOT, { dfm: { objectId: 9, parsed: { fault: 'no JSON' } } })],
      { event: 'wait', waitingFor: 'dfm', reason: 'no JSON' },
    ],
    ['changes and no snapshot', [load(1, CHANGES)], { event: 'wait', waitingFor: 'snapshot' }],
    ['changes and a snapshot', [load(1, CHANGES), load(2, SNAPSHOT)], { event: 'prepare' }],
    [
      'changes beside a snapshot file without .dfm',
      [load(1, CHANGES), load(2, SNAPSHOT, { dfm: null })],
      { event: 'wait', waitingFor: 'snapshot' },
    ],
    [
      'a .dfm of changes without header columns',
      [load(1, CHANGES, { dfm: { objectId: 9, parsed: dfm('snapshot') } }), load(2, SNAPSHOT)],
      { event: 'wait', waitingFor: 'dfm' },
    ],
    [
      'newer content for what failed',
      [load(1, SNAPSHOT, { state: 'failed' }), load(2, SNAPSHOT)],
      { event: 'supersede' },
    ],
    [
      'newer content for what never was tried, changes',
      [load(1, CHANGES), load(2, CHANGES), load(3, SNAPSHOT)],
      { event: 'prepare' },
    ],
    [
      'newer content for failed changes',
      [load(1, CHANGES, { state: 'failed' }), load(2, CHANGES), load(3, SNAPSHOT)],
      { event: 'supersede' },
    ],
    [
      'older content for failed changes',
      [load(1, CHANGES, { state: 'failed', seen: 9 }), load(2, CHANGES), load(3, SNAPSHOT)],
      { event: 'prepare' },
    ],
  ])('%s', (_, loads, expected) => {
    expect(verdictOf(1, loads)).toMatchObject(expected);
  });

  it('no contract', () => {
    expect(planLoads(undefined, [load(1, SNAPSHOT)], []).verdicts.get(1)).toMatchObject({
      event: 'wait',
      waitingFor: 'contract',
      reason: expect.stringMatching(/table add EDW\.X/) as string,
    });
  });

  describe('when a snapshot is shown', () => {
    const first = load(1, SNAPSHOT, {
      state: 'applied',
      everLoaded: true,
      fileTime: '2026-01-15T00:00:00.000000000',
      generation: 'old',
      dfm: null,
    });
    const known = (...more: KnownGeneration[]): KnownGeneration[] => [
      { name: 'old', start: null, state: 'live', core: new Set([1]) },
      ...more,
    ];
    const TWO = 'EDW.X/LOAD00000002.csv.gz';

    it('another one that began later is loaded beside it, and changes go on', () => {
      const plan = planLoads(
        contract,
        [first, load(2, SNAPSHOT, { start: '2026-02-01T00:00:00' }), load(3, CHANGES)],
        known(),
      );
      expect(plan.live?.name).toBe('old');
      expect(plan.verdicts.get(1)).toBeUndefined();
      expect(plan.verdicts.get(2)).toMatchObject({ event: 'prepare', facts: { generation: '20260201T000000000000' } });
      expect(plan.verdicts.get(3)).toMatchObject({ event: 'prepare' });
    });

    it('a late file of it is loaded into it', () => {
      const plan = planLoads(contract, [first, load(2, TWO, { start: '2026-01-15T00:01:00' })], known());
      expect(plan.verdicts.get(2)).toMatchObject({ event: 'prepare', facts: { generation: 'old' } });
    });

    it('an older one, never shown, is put aside, and stays of its snapshot', () => {
      const plan = planLoads(contract, [first, load(2, SNAPSHOT, { start: '2026-01-01T00:00:00' })], known());
      const facts = { generation: '20260101T000000000000', fileTime: '2026-01-01T00:00:00.000000000' };
      expect(plan.verdicts.get(2)).toMatchObject({ event: 'supersede', facts });
      const put = load(2, SNAPSHOT, { ...facts, state: 'superseded' });
      const again = planLoads(contract, [first, put, load(3, TWO, { start: '2026-01-01T00:01:00' })], known());
      expect(again.verdicts.get(3)).toMatchObject({ event: 'supersede', facts: { generation: facts.generation } });
    });

    it('an older one that was shown before takes in its late files', () => {
      const old = load(2, SNAPSHOT, {
        state: 'superseded',
        everLoaded: true,
        fileTime: '2026-01-01T00:00:00.000000000',
        generation: 'before',
        dfm: null,
      });
      const plan = planLoads(
        contract,
        [first, old, load(3, TWO, { start: '2026-01-01T00:01:00' })],
        known({ name: 'before', start: null, state: 'retired', core: new Set([2]) }),
      );
      expect(plan.verdicts.get(3)).toMatchObject({ event: 'prepare', facts: { generation: 'before' } });
    });

    it('other content with the start of a file that is there waits for its own .dfm, and gives way to newer', () => {
      const rival = load(2, SNAPSHOT, { start: '2026-01-15T00:00:00' });
      const plan = planLoads(contract, [first, rival], known());
      expect(plan.verdicts.get(2)).toMatchObject({
        event: 'wait',
        waitingFor: 'dfm',
        reason: expect.stringMatching(/^new data beside an old \.dfm: .*2026-01-15/) as string,
        facts: { dfmObjectId: 102 },
      });
      const waiting = { ...rival, state: 'waiting', waitingFor: 'dfm' } as const;
      const newer = load(3, SNAPSHOT, { start: '2026-02-01T00:00:00' });
      expect(planLoads(contract, [first, waiting, newer], known()).verdicts.get(2)).toMatchObject({
        event: 'supersede',
        facts: { generation: null },
      });
    });

    it('what is older than a snapshot that was passed over stays passed over, also when a rollback goes behind it', () => {
      const passed = load(2, SNAPSHOT, {
        state: 'superseded',
        everLoaded: true,
        fileTime: '2026-02-01T00:00:00.000000000',
        generation: 'passed',
        dfm: null,
      });
      const plan = planLoads(
        contract,
        [first, passed],
        known({ name: 'passed', start: null, state: 'superseded', core: new Set() }),
      );
      expect([...plan.outdated]).toEqual(['passed']);
    });
  });

  it('a snapshot of a contract that says there are none waits for the contract', () => {
    expect(verdictOf(1, [load(1, SNAPSHOT)], { ...contract, snapshot: 'none' })).toMatchObject({
      event: 'wait',
      waitingFor: 'contract',
      reason: expect.stringMatching(/snapshot: none/) as string,
    });
  });

  it('changes alone are enough where the contract says so', () => {
    expect(verdictOf(1, [load(1, CHANGES)], { ...contract, snapshot: 'none' })).toMatchObject({
      event: 'prepare',
    });
  });
});

describe('planBatches', () => {
  const ready = (id: number, path: string, given: Partial<ReadyLoad> = {}): ReadyLoad => {
    const object = parseObjectKey(path)!;
    return {
      id,
      object,
      objectKey: path,
      contentHash: 'h',
      size: 10,
      fileTime: object.kind === 'changes' ? object.time : null,
      generation: 'g0001',
      dfm: dfm(object.kind),
      alone: false,
      ...given,
    };
  };
  const day = (n: number, month = '01') => `EDW.X__ct/2026${month}0${n}-000000000.csv.gz`;
  const batches = (loads: ReadyLoad[], limits = { files: 3, bytes: 100 }) =>
    planBatches('edw_x', loads, limits).map((batch) => [batch.folder, ...batch.loadIds]);

  it('puts together what one query can read into one folder, in file order', () => {
    expect(batches([ready(1, day(2)), ready(2, day(1)), ready(3, day(1, '02')), ready(4, SNAPSHOT)])).toEqual([
      ['snapshot=g0001', 4],
      ['changes/month=2026-01', 2, 1],
      ['changes/month=2026-02', 3],
    ]);
  });

  it('bounds files and bytes; a large file is a batch of its own', () => {
    expect(batches([1, 2, 3, 4].map((n) => ready(n, day(n))))).toEqual([
      ['changes/month=2026-01', 1, 2, 3],
      ['changes/month=2026-01', 4],
    ]);
    expect(batches([ready(1, day(1)), ready(2, day(2), { size: 500 }), ready(3, day(3))])).toEqual([
      ['changes/month=2026-01', 1],
      ['changes/month=2026-01', 2],
      ['changes/month=2026-01', 3],
    ]);
  });

  it('parts files that are written differently, and those under suspicion', () => {
    const other = { ...dfm('changes'), format: { fieldDelimiter: ';', quoteChar: '"', escapeChar: '', nullValue: '' } };
    expect(
      batches([
        ready(1, day(1)),
        ready(2, day(2), { dfm: other }),
        ready(3, day(3)),
        ready(4, day(4), { alone: true }),
      ]),
    ).toEqual([
      ['changes/month=2026-01', 1, 3],
      ['changes/month=2026-01', 2],
      ['changes/month=2026-01', 4],
    ]);
  });
});
