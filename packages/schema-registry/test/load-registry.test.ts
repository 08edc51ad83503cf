import { describe, expect, test } from '@jest/globals';
import {
  type Contract,
  type ContractColumn,
  contractSchemaText,
  formatContract,
  loadRegistry,
  type RegistryFile,
  requireRegistry,
} from '../src/index.ts';
import { sampleContract } from './sample-contract.ts';
import { tapsContract } from './taps-contract.ts';
import { thrownBy } from './thrown.ts';

const file = (contract: unknown, path = 'qlik/edw_sample.json'): RegistryFile => ({
  path,
  text: JSON.stringify(contract),
});

const sample = sampleContract();
const faultsOf = (contract: unknown) => loadRegistry([file(contract)]).faults;
const places = (contract: unknown) => faultsOf(contract).map(({ path, problem }) => `${path} ${problem}`);

/** The sample with one column changed. */
const withColumn = (index: number, change: Partial<Record<keyof ContractColumn, unknown>>) => ({
  ...sample,
  columns: sample.columns.map((column, at) => (at === index ? { ...column, ...change } : column)),
});

test('a good registry: contracts by dataset, schema and notes ignored', () => {
  const other = sampleContract('EDW', 'FARE');
  const files = [
    { path: 'contract.schema.json', text: contractSchemaText() },
    { path: 'README.md', text: '# Contracts' },
    { path: 'qlik/.DS_Store', text: '' },
    { path: 'qlik/edw_sample.json', text: formatContract(sample) },
    { path: 'qlik/edw_fare.json', text: formatContract(other) },
  ];
  expect(loadRegistry(files)).toEqual({ contracts: [other, sample], faults: [], faulty: new Map() });
  expect(requireRegistry(files)).toHaveLength(2);
  expect(loadRegistry([])).toEqual({ contracts: [], faults: [], faulty: new Map() });
});

describe('text', () => {
  test('that is not JSON: line and column', () => {
    expect(loadRegistry([{ path: 'qlik/edw_sample.json', text: '{\n  "feed": qlik\n}' }])).toMatchObject({
      contracts: [],
      faults: [
        {
          file: 'qlik/edw_sample.json',
          path: '$.feed',
          problem: 'not JSON at line 2, column 11: a value was expected',
        },
      ],
    });
  });
  test('with a member twice', () => {
    const text = formatContract(sample).replace('"version": 1', '"version": 1,\n  "version": 2');
    const { contracts, faults } = loadRegistry([{ path: 'qlik/edw_sample.json', text }]);
    expect(contracts).toEqual([]);
    expect(faults).toMatchObject([{ path: '$.version', problem: 'is written twice, again at line 7, column 3' }]);
  });
  test('in a file that is no contract', () => {
    const { faults } = loadRegistry([{ path: 'qlik/edw_sample.json.bak', text: '' }]);
    expect(faults).toMatchObject([{ file: 'qlik/edw_sample.json.bak', problem: 'is no contract file' }]);
  });
});

describe('shape: what was found and what is allowed', () => {
  test.each<[string, unknown, object]>([
    ['a missing member', { ...sample, owner: undefined }, { path: '$.owner', problem: 'is required' }],
    ['an empty one', { ...sample, owner: '' }, { path: '$.owner', problem: 'must not be empty' }],
    [
      'an unknown member',
      { ...sample, layout: { segmentrows: 5 } },
      { path: '$.layout.segmentrows', problem: 'is not known here', allowed: ['segmentRows'] },
    ],
    [
      'a number below its least',
      { ...sample, layout: { segmentRows: 0 } },
      { path: '$.layout.segmentRows', problem: 'must be >= 1', found: 0 },
    ],
    [
      'a wrong JSON type',
      { ...sample, version: '1' },
      { path: '$.version', problem: 'must be a whole number', found: '1' },
    ],
    [
      'a list for an object',
      { ...sample, publish: [] },
      { path: '$.publish', problem: 'must be an object', found: 'a list' },
    ],
    [
      'a value that is not in its list',
      { ...sample, cdc: { ...sample.cdc, updateImage: 'half' } },
      { path: '$.cdc.updateImage', found: 'half', allowed: ['sparse', 'full'] },
    ],
    [
      'text of another form',
      { ...sample, freshness: '15 minutes' },
      { path: '$.freshness', found: '15 minutes', allowed: expect.stringContaining('PT15M') },
    ],
    [
      'half a budget of refused rows',
      { ...sample, quarantine: { changes: { rows: 5 } } },
      { path: '$.quarantine.changes.share', problem: 'is required' },
    ],
    [
      'a share above all',
      { ...sample, quarantine: { snapshot: { rows: 5, share: 2 } } },
      { path: '$.quarantine.snapshot.share', problem: 'must be <= 1', found: 2 },
    ],
    ['no columns', { ...sample, columns: [], key: [] }, { path: '$.columns', problem: 'must have at least 1 entry' }],
    [
      'a type that is none',
      withColumn(1, { type: 'varchar' }),
      { path: '$.columns[1].type', found: 'varchar', allowed: expect.stringContaining('decimal(p,s)') },
    ],
    [
      'an id of the system',
      withColumn(1, { id: 99 }),
      { path: '$.columns[1].id', problem: 'must be >= 101', found: 99 },
    ],
    ['a document that is none', [], { path: '$', problem: 'must be an object' }],
  ])('%s', (_, contract, fault) => {
    const faults = faultsOf(contract);
    expect(faults).toMatchObject([{ file: 'qlik/edw_sample.json', ...fault }]);
  });
});

describe('meaning', () => {
  test.each<[string, unknown, string[]]>([
    [
      'a dataset that is not its source',
      { ...sample, source: { schema: 'EDW', table: 'OTHER' } },
      ['$.dataset is not the name of EDW.OTHER'],
    ],
    [
      'another feed than its folder',
      tapsContract({ dataset: 'edw_sample' }),
      ['$ the file is not where its feed and dataset say'],
    ],
    ['an id twice', withColumn(1, { id: 101 }), ['$.columns[1].id is the id of $.columns[0] already']],
    ['an id never given', withColumn(1, { id: 105 }), ['$.columns[1].id is above lastColumnId']],
    ['a name twice', withColumn(2, { name: 'sample_name' }), ['$.columns[2].name is the name of $.columns[1] already']],
    [
      'a source name twice',
      withColumn(2, { sourceName: 'SAMPLE_NAME' }),
      ['$.columns[2].sourceName is the sourceName of $.columns[1] already'],
    ],
    ['a reserved name', withColumn(2, { name: '_load_id' }), ['$.columns[2].name is reserved for system columns']],
    [
      'a reserved beginning',
      withColumn(2, { name: 'header__x' }),
      ['$.columns[2].name is reserved for system columns'],
    ],
    [
      "a column of Qlik's",
      withColumn(2, { sourceName: 'header__x' }),
      ["$.columns[2].sourceName is one of Qlik's own columns of a change table, which are no part of a contract"],
    ],
    [
      'a key that is no column',
      { ...sample, key: ['SAMPLE_ID'.toLowerCase(), 'nothing'] },
      ['$.key[1] is no column of the contract'],
    ],
    ['a key with a column twice', { ...sample, key: ['sample_id', 'sample_id'] }, ['$.key[1] is in the key already']],
    ['a scale above its precision', withColumn(1, { type: 'decimal(4,5)' }), ['$.columns[1].type is not a type']],
    [
      'personal values kept',
      withColumn(1, { classification: 'personal' }),
      ['$.columns[1].treatment a personal column needs a treatment before anything is written'],
    ],
    [
      'a boolean hashed',
      withColumn(1, { type: 'boolean', treatment: 'hmac' }),
      [
        '$.columns[1].treatment two hashes hide nothing: whoever knows one true value knows all values of a boolean column',
      ],
    ],
    [
      'a double hashed',
      withColumn(1, { type: 'double', treatment: 'hmac' }),
      ['$.columns[1].treatment a double has no one text to hash: engines print the same number differently'],
    ],
    [
      'a key that is dropped',
      withColumn(0, { treatment: 'drop' }),
      ['$.key[0] is dropped at load, so it cannot tell rows apart'],
    ],
    [
      'publication without a key',
      { ...sample, key: [], publish: { postgres: true } },
      ['$.publish.postgres a table without key has no rows to replace in Postgres: it keeps history only'],
    ],
  ])('%s', (_, contract, expected) => {
    expect(places(contract)).toEqual(expected);
    expect(loadRegistry([file(contract)]).contracts).toEqual([]);
  });

  test.each([
    ['personal values hashed', withColumn(1, { classification: 'personal', treatment: 'hmac' })],
    ['personal values dropped', withColumn(1, { classification: 'personal', treatment: 'drop' })],
    ['a key hashed', withColumn(0, { treatment: 'hmac' })],
    ['a table with key published', { ...sample, publish: { postgres: true } }],
  ])('nothing is wrong with %s', (_, contract) => {
    expect(places(contract)).toEqual([]);
  });

  test('other feeds name their datasets freely', () => {
    const taps = tapsContract({ source: { schema: 'kafka', table: 'fare.taps.v1' } });
    expect(loadRegistry([file(taps, 'kafka/taps.json')]).faults).toEqual([]);
  });
});

test('every fault of a file at once, shape and meaning, each once', () => {
  const contract = { ...withColumn(1, { id: 101, type: 'decimal(40,0)', nullable: 'yes' }), key: ['x'], ownr: 'me' };
  expect(
    places(contract)
      .map((place) => place.split(' ')[0])
      .sort(),
  ).toEqual(['$.columns[1].id', '$.columns[1].nullable', '$.columns[1].type', '$.key[0]', '$.ownr']);
});

describe('contracts towards each other', () => {
  const told = (files: RegistryFile[]) => loadRegistry(files).faults.map(({ file: name, path }) => `${name} ${path}`);

  test('one dataset in two feeds', () => {
    const twin = tapsContract({ dataset: 'edw_sample' });
    expect(told([file(sample), file(twin, 'kafka/edw_sample.json')])).toEqual([
      'qlik/edw_sample.json $.dataset',
      'kafka/edw_sample.json $.dataset',
    ]);
  });
  test('sources whose names come to one dataset: both are left out', () => {
    const files = [file(sampleContract('EDW', 'A_B')), file(sampleContract('EDW_A', 'B'), 'qlik/other.json')];
    const { contracts, faults } = loadRegistry(files);
    expect(contracts).toEqual([]);
    expect(faults.filter(({ path }) => path === '$.dataset')).toHaveLength(2);
  });
  test('one source in two contracts', () => {
    const taps = tapsContract();
    const more: Contract = { ...taps, dataset: 'taps_too' };
    expect(told([file(taps, 'kafka/taps.json'), file(more, 'kafka/taps_too.json')])).toEqual([
      'kafka/taps.json $.source',
      'kafka/taps_too.json $.source',
    ]);
  });
  test("a dataset named as another's history", () => {
    const history = sampleContract('EDW', 'SAMPLE_HISTORY');
    expect(told([file(sample), file(history, 'qlik/edw_sample_history.json')])).toEqual([
      'qlik/edw_sample_history.json $.dataset',
      'qlik/edw_sample.json $.dataset',
    ]);
  });
  test('a fault in one leaves the others loaded', () => {
    const other = sampleContract('EDW', 'FARE');
    const { contracts, faults } = loadRegistry([file({ ...sample, owner: '' }), file(other, 'qlik/edw_fare.json')]);
    expect([contracts, faults.length]).toEqual([[other], 1]);
  });
});

describe('contracts that cannot be used, by the tables that are concerned', () => {
  const fare = sampleContract('EDW', 'FARE');
  const concerned = (files: RegistryFile[]) => {
    const { contracts, faulty } = loadRegistry(files);
    return [contracts.map(({ dataset }) => dataset), [...faulty.keys()]];
  };
  test('one that cannot be read is known by the name of its file', () => {
    expect(concerned([file(sample), { path: 'qlik/edw_fare.json', text: '{ "feed": ' }])).toEqual([
      ['edw_sample'],
      ['edw_fare'],
    ]);
  });
  test('a copy under another name stops nobody but who has that name', () => {
    expect(concerned([file(sample), file(sample, 'qlik/edw_fare.json')])).toEqual([['edw_sample'], ['edw_fare']]);
  });
  test('a file under a wrong name concerns the table that it speaks of, too', () => {
    expect(concerned([file(fare, 'qlik/edw_fair.json')])).toEqual([[], ['edw_fair', 'edw_fare']]);
  });
  test('two that are right each by itself stop each other', () => {
    const twin = tapsContract({ dataset: 'edw_fare' });
    expect(concerned([file(sample), file(fare, 'qlik/edw_fare.json'), file(twin, 'kafka/edw_fare.json')])).toEqual([
      ['edw_sample'],
      ['edw_fare'],
    ]);
  });
});

test('requireRegistry throws all faults in one error that a person can read', () => {
  const files = [file({ ...sample, owner: '' }), { path: 'qlik/x.json', text: '{' }];
  const error = thrownBy(() => requireRegistry(files));
  expect(error).toMatchObject({ name: 'RegistryError', code: 'bad-registry', faults: [{}, {}] });
  expect(error.message).toBe(
    'The registry has 2 faults:\n' +
      "  qlik/edw_sample.json $.owner: must not be empty; found ''\n" +
      '  qlik/x.json $: not JSON at line 1, column 2: a name in double quotes was expected',
  );
});

describe('a contract of a DMAP set', () => {
  const [first] = sample.columns;
  const set: Contract = {
    ...sample,
    feed: 'dmap',
    dataset: 'dmap_agg_sample',
    source: { schema: 'aggregations', table: 'agg_sample' },
    key: [],
    cdc: { updateImage: 'full', beforeImage: 'none' },
  };
  const toldOf = (contract: object) =>
    loadRegistry([{ path: 'dmap/dmap_agg_sample.json', text: JSON.stringify(contract) }]).faults.map(
      ({ path }) => path,
    );

  test('names its API and its set, and has no key', () => {
    expect(toldOf(set)).toEqual([]);
    expect(toldOf({ ...set, source: { schema: 'public', table: 'agg_sample' } })).toEqual(['$.source.schema']);
    expect(toldOf({ ...set, source: { schema: 'aggregations', table: 'agg_other' } })).toEqual(['$.dataset']);
    expect(toldOf({ ...set, key: [first!.name] })).toEqual(['$.key']);
    expect(toldOf({ ...set, publish: { postgres: true } })).toEqual([]);
  });

  test('has whole rows only', () => {
    expect(toldOf({ ...set, cdc: { updateImage: 'sparse', beforeImage: 'none' } })).toEqual(['$.cdc']);
    expect(toldOf({ ...set, snapshot: 'none', generations: {} })).toEqual(['$.snapshot', '$.generations']);
  });

  test('has system columns of its own', () => {
    const named = (name: string) => ({ ...set, columns: [{ ...first!, name }, ...set.columns.slice(1)] });
    expect(toldOf(named('dataset_id'))).toEqual(['$.columns[0].name']);
    expect(toldOf(named('_last_updated'))).toEqual(['$.columns[0].name']);
    expect(toldOf(named('change_seq'))).toEqual([]);
  });
});
