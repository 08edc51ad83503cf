/** What a contract of a Kafka topic must be beyond every contract: its rows are records, each for itself. */
import { type Fault, jsonPath } from './faults.ts';
import type { LooseColumn, LooseContract, LooseReconciliation } from './loose-contract.ts';

export const isOfKafka = ({ feed }: Pick<LooseContract, 'feed'>): boolean => feed === 'kafka';

export function streamFaults(contract: LooseContract): Fault[] {
  if (!isOfKafka(contract))
    return contract.members.includes('stream')
      ? [{ path: '$.stream', problem: 'has a meaning for a Kafka topic only', remedy: 'Remove it.' }]
      : [];
  return [
    ...memberFaults(contract),
    ...rowFaults(contract),
    ...contract.columns.flatMap(typeFaults),
    ...zoneFaults(contract),
    ...reconciliationFaults(contract),
  ];
}

function memberFaults({ members, source, publish }: LooseContract): Fault[] {
  const faults: Fault[] = ['snapshot', 'generations', 'quarantine']
    .filter((member) => members.includes(member))
    .map((member) => ({
      path: `$.${member}`,
      problem: 'has no meaning for a Kafka topic, which has neither snapshots nor files',
      remedy: 'Remove it.',
    }));
  if (!members.includes('stream')) faults.push({ path: '$.stream', problem: 'is required for a Kafka topic' });
  if (source !== undefined && source.schema !== 'kafka')
    faults.push({ path: '$.source.schema', problem: 'is not kafka', found: source.schema, allowed: ['kafka'] });
  if (publish.postgres)
    faults.push({
      path: '$.publish.postgres',
      problem: "a topic's table is not published to Postgres: it only ever grows",
      found: true,
      allowed: [false],
    });
  return faults;
}

function rowFaults({ key, cdc }: LooseContract): Fault[] {
  const faults: Fault[] = [];
  if (key.length > 0)
    faults.push({
      path: '$.key',
      problem: 'a Kafka topic has no key: a record is told apart by where it stands in the topic',
      found: key.map(({ name }) => name),
      allowed: '[]',
    });
  const { updateImage = 'full', beforeImage = 'none' } = cdc;
  if (updateImage !== 'full' || beforeImage !== 'none')
    faults.push({
      path: '$.cdc',
      problem: 'a record is a whole row and no change',
      found: cdc,
      allowed: '{"updateImage": "full", "beforeImage": "none"}',
    });
  return faults;
}

/** Types whose values JSON has, or has a form for that everybody writes alike. */
const OF_JSON = ['string', 'bigint', 'double', 'boolean', 'date', 'timestamp'];

function typeFaults({ index, type }: LooseColumn): Fault[] {
  if (type === undefined || OF_JSON.includes(type)) return [];
  return [
    {
      path: jsonPath(['columns', index, 'type']),
      problem: 'is no type of values in JSON records',
      found: type,
      allowed: OF_JSON,
    },
  ];
}

function zoneFaults({ stream: { timeZone } }: LooseContract): Fault[] {
  if (timeZone === undefined || isTimeZone(timeZone)) return [];
  return [
    {
      path: '$.stream.timeZone',
      problem: 'is no time zone',
      found: timeZone,
      allowed: 'a name of the IANA database, for example America/New_York',
    },
  ];
}

function isTimeZone(name: string): boolean {
  // An offset such as +01:00 is taken by the runtime, and by no engine.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function reconciliationFaults({ columns, stream: { reconciliation }, dataset }: LooseContract): Fault[] {
  if (reconciliation === undefined) return [];
  const told = columns.flatMap(({ name, treatment }) => (name === undefined || treatment !== 'keep' ? [] : [name]));
  const hashed = columns.flatMap(({ name, treatment }) => (treatment === 'hmac' ? [name] : []));
  const faults = (['id', 'device'] as const).flatMap((member): Fault[] => {
    const found = reconciliation[member];
    if (found === undefined || told.includes(found)) return [];
    const problem = hashed.includes(found)
      ? 'is a column of keyed hashes, which equal nothing that other tables hold'
      : 'is no column of the table';
    return [{ path: `$.stream.reconciliation.${member}`, problem, found, allowed: told }];
  });
  if (reconciliation.view !== undefined && reconciliation.view === dataset)
    faults.push({
      path: '$.stream.reconciliation.view',
      problem: "is the table's own name",
      found: reconciliation.view,
    });
  return [...faults, ...comparedFaults(reconciliation, dataset)];
}

/** Each table once, and another one: a row would count twice, or against itself. */
function comparedFaults({ with: others }: LooseReconciliation, dataset: string | undefined): Fault[] {
  return others.flatMap(({ index, table }): Fault[] => {
    const path = jsonPath(['stream', 'reconciliation', 'with', index, 'table']);
    if (table === dataset) return [{ path, problem: "is the table's own name", found: table }];
    const again = others.some((other) => other.index < index && other.table === table);
    return again ? [{ path, problem: 'is compared already', found: table }] : [];
  });
}
