import { expect, test } from '@jest/globals';
import { type Contract, formatContract, loadRegistry } from '../src/index.ts';
import { sampleContract } from './sample-contract.ts';
import { tapsContract } from './taps-contract.ts';

const faultsOf = (contract: unknown, path = 'kafka/taps.json') =>
  loadRegistry([{ path, text: JSON.stringify(contract) }]).faults.map((fault) => `${fault.path} ${fault.problem}`);

const taps = tapsContract();
const stream = taps.stream ?? { timeZone: '', dayStartsAt: '' };
const reconciliation = {
  view: 'tap_reconciliation',
  id: 'tap_id',
  device: 'device_id',
  with: [{ table: 'edw_fare', id: 'fare_id', device: 'device_id', at: 'fare_dtm' }],
};

test('the contract of a topic, with all that may be in it', () => {
  const whole: Contract = { ...taps, stream: { ...stream, maxBytes: 65_536, archive: false, reconciliation } };
  const { contracts, faults } = loadRegistry([{ path: 'kafka/taps.json', text: formatContract(whole) }]);
  expect(faults).toEqual([]);
  expect(contracts).toEqual([whole]);
});

test.each([
  ['without rules', { ...taps, stream: undefined }, ['$.stream is required for a Kafka topic']],
  [
    'a key',
    { ...taps, key: ['tap_id'] },
    ['$.key a Kafka topic has no key: a record is told apart by where it stands in the topic'],
  ],
  [
    'changes',
    { ...taps, cdc: { updateImage: 'sparse', beforeImage: 'none' } },
    ['$.cdc a record is a whole row and no change'],
  ],
  [
    'a snapshot',
    { ...taps, snapshot: 'none' },
    ['$.snapshot has no meaning for a Kafka topic, which has neither snapshots nor files'],
  ],
  [
    'publication',
    { ...taps, publish: { postgres: true } },
    ["$.publish.postgres a topic's table is not published to Postgres: it only ever grows"],
  ],
  ['another source', { ...taps, source: { schema: 'msk', table: 'taps' } }, ['$.source.schema is not kafka']],
  [
    'an unknown zone',
    { ...taps, stream: { ...stream, timeZone: 'Mars/Olympus' } },
    ['$.stream.timeZone is no time zone'],
  ],
  [
    'an offset for a zone',
    { ...taps, stream: { ...stream, timeZone: '+01:00' } },
    ['$.stream.timeZone is no time zone'],
  ],
  [
    'no time of day',
    { ...taps, stream: { ...stream, dayStartsAt: '24:00' } },
    ['$.stream.dayStartsAt is not of the right form'],
  ],
  [
    'a reconciliation of columns that are not there',
    { ...taps, stream: { ...stream, reconciliation: { ...reconciliation, view: 'taps', id: 'tap' } } },
    ['$.stream.reconciliation.id is no column of the table', "$.stream.reconciliation.view is the table's own name"],
  ],
  [
    'a reconciliation by hashes, of a table with itself, and twice with one',
    {
      ...taps,
      stream: {
        ...stream,
        reconciliation: {
          ...reconciliation,
          id: 'token_id',
          with: ['taps', 'edw_fare', 'edw_fare'].map((table) => ({ ...reconciliation.with[0], table })),
        },
      },
    },
    [
      '$.stream.reconciliation.id is a column of keyed hashes, which equal nothing that other tables hold',
      "$.stream.reconciliation.with[0].table is the table's own name",
      '$.stream.reconciliation.with[2].table is compared already',
    ],
  ],
  [
    'a type that JSON has not, and a name of ours',
    {
      ...taps,
      columns: taps.columns.map((one, index) =>
        index === 0 ? { ...one, type: 'binary' } : index === 2 ? { ...one, name: 'offset' } : one,
      ),
    },
    ['$.columns[2].name is reserved for system columns', '$.columns[0].type is no type of values in JSON records'],
  ],
])('%s', (_, contract, faults) => {
  expect(faultsOf(contract)).toEqual(faults);
});

test('no other feed has rules for streams', () => {
  expect(faultsOf({ ...sampleContract(), stream }, 'qlik/edw_sample.json')).toEqual([
    '$.stream has a meaning for a Kafka topic only',
  ]);
});

test('the view of a reconciliation has a name that no table and no other view has', () => {
  const withView = (view: string, more: Partial<Contract> = {}) => {
    const contract = { ...taps, ...more, stream: { ...stream, reconciliation: { ...reconciliation, view } } };
    return { path: `kafka/${contract.dataset}.json`, text: JSON.stringify(contract) };
  };
  const table = { path: 'qlik/edw_sample.json', text: JSON.stringify(sampleContract()) };
  const told = (files: { path: string; text: string }[]) => {
    const { contracts, faults } = loadRegistry(files);
    return [contracts.map(({ dataset }) => dataset), faults.map(({ file, path, problem }) => [file, path, problem])];
  };
  const PATH = '$.stream.reconciliation.view';
  expect(told([table, withView('edw_sample_history')])).toEqual([
    ['edw_sample'],
    [['kafka/taps.json', PATH, 'is the name of a table, that of qlik/edw_sample.json']],
  ]);
  const other = { dataset: 'gates', source: { schema: 'kafka', table: 'gates' } };
  expect(told([withView('both'), withView('both', other)])).toEqual([
    [],
    [
      ['kafka/taps.json', PATH, 'is the view of another contract too: kafka/gates.json'],
      ['kafka/gates.json', PATH, 'is the view of another contract too: kafka/taps.json'],
    ],
  ]);
  expect(told([table, withView('one'), withView('two', other)])[1]).toEqual([]);
});
