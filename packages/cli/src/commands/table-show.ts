import { readManifest, tableDrifts, type Manifest, type TableDrift } from '@farelake/db';
import { status, type GlueStatus, type TableStatus } from '@farelake/ingest';
import { sourceName } from '@farelake/qlik';
import {
  describeDifference,
  formatLogicalType,
  historyName,
  storedType,
  type Contract,
  type ContractColumn,
  type Difference,
} from '@farelake/schema-registry';
import { findContract } from '../find-contract.ts';
import { count, counted, formatTable } from '../output/table.ts';
import { withWorkspace, type Context } from '../session.ts';

/** One contract with its tables: what the columns are, how changes apply, how things stand. */
export async function tableShowCommand(
  context: Context,
  table: string,
  flags: { readonly json?: boolean },
): Promise<number> {
  return withWorkspace(context, async (workspace) => {
    const { pool } = workspace;
    const contract = findContract(workspace, table);
    const { dataset } = contract;
    const [stands] = (
      await status({ pool, contracts: new Map([[dataset, contract]]), glueDatabase: workspace.glueDatabase })
    ).filter((one) => one.table === dataset);
    if (stands === undefined) throw new Error(`${dataset} has a contract and no status`);
    const current = await readManifest(pool, dataset);
    const history = contract.feed === 'qlik' ? await readManifest(pool, historyName(dataset)) : null;
    const drift = (await tableDrifts(pool)).filter((one) => one.dataset === dataset);
    const shown = asJson(contract, stands, current, history, drift);
    if (flags.json === true) context.terminal.print(JSON.stringify(shown));
    else for (const line of asText(shown)) context.terminal.print(line);
    return 0;
  });
}

type Shown = ReturnType<typeof asJson>;

const asJson = (
  contract: Contract,
  stands: TableStatus,
  current: Manifest,
  history: Manifest | null,
  drift: readonly TableDrift[],
) => ({
  table: contract.dataset,
  source: sourceName(contract.source),
  feed: contract.feed,
  contractVersion: contract.version,
  owner: contract.owner,
  freshness: contract.freshness ?? null,
  key: contract.key,
  cdc: contract.cdc,
  snapshot: contract.snapshot ?? 'required',
  publish: contract.publish,
  columns: contract.columns.map((column) => shownColumn(contract, column)),
  state: stands.state,
  reason: stands.reason,
  generation: stands.generation,
  generations: stands.generations,
  loads: stands.loads,
  /** Null: it is no topic's, or nothing has come yet. */
  taps: stands.taps,
  current: extent(current),
  /** Null: a table of datasets has none. */
  history: history === null ? null : extent(history),
  publication: stands.publication,
  glue: stands.glue,
  /** How delivered files differ from the contract, and in how many. */
  drift: drift.map(({ files, drift: differences }) => ({ files, differences: differences as readonly Difference[] })),
});

const shownColumn = ({ key }: Contract, column: ContractColumn) => ({
  id: column.id,
  name: column.name,
  source: column.sourceName,
  type: column.type,
  /** Null: its values are in no table. */
  storedType: column.treatment === 'drop' ? null : formatLogicalType(storedType(column)),
  classification: column.classification,
  treatment: column.treatment,
  /** Place in the key, from 1. */
  key: key.includes(column.name) ? key.indexOf(column.name) + 1 : null,
  description: column.description,
});

const extent = ({ version, rows, files }: Manifest) => ({
  version,
  rows,
  files: files.length,
  bytes: files.reduce((sum, { size }) => sum + size, 0),
});

function asText(shown: Shown): string[] {
  const facts = [
    ['source', `${shown.source} (${shown.feed})`],
    ['contract', `version ${shown.contractVersion}, owner ${shown.owner}`],
    ...(shown.feed === 'kafka' ? OF_TOPICS : shown.history === null ? OF_DATASETS : foldedFacts(shown)),
    ['freshness', shown.freshness ?? 'not promised'],
    ['state', `${shown.state}${shown.reason === null ? '' : `: ${shown.reason}`}`],
    ['current', extentText(shown.current)],
    ...(shown.history === null
      ? []
      : [
          ['history', extentText(shown.history)],
          ['generation', shown.generation ?? 'none'],
        ]),
    ...shown.generations
      .filter(({ state }) => state !== 'live')
      .map(({ name, state, rows, reason }) => [
        '',
        `${name} ${state}${rows === null ? '' : `, ${counted(rows, 'row')}`}${reason === null ? '' : `: ${reason}`}`,
      ]),
    ...(shown.taps === null ? [] : [['records', recordsText(shown.taps)]]),
    [
      'loads',
      Object.entries(shown.loads)
        .map(([state, n]) => `${n} ${state}`)
        .join(', ') || 'none',
    ],
    ['published', publicationText(shown)],
    ...(shown.glue ?? []).map((one) => ['in Glue', glueText(one)]),
  ];
  const columns = formatTable(
    ['id', 'column', 'source', 'type', 'stored as', 'classification', 'treatment', 'key'],
    shown.columns.map((column) => [
      String(column.id),
      column.name,
      column.source,
      column.type,
      column.storedType ?? '',
      column.classification,
      column.treatment,
      column.key === null ? '' : String(column.key),
    ]),
    [0],
  );
  for (const { files, differences } of shown.drift)
    facts.push(['drift', `in ${count(files)} files: ${differences.map(describeDifference).join('; ')}`]);
  return [shown.table, ...facts.map(([name = '', text = '']) => `  ${name.padEnd(11)}${text}`), '', columns];
}

const OF_DATASETS = [['rows', 'of datasets: one that is issued anew replaces all of its rows']];

const OF_TOPICS = [['rows', 'of records of a topic, each once: they are only added']];

const recordsText = ({ partitions, records, quarantined, tombstones, missing }: NonNullable<Shown['taps']>): string =>
  `${counted(records, 'record')} of ${counted(partitions, 'partition')}: ${count(quarantined)} in quarantine, ` +
  `${counted(tombstones, 'tombstone')}, ${counted(missing, 'offset')} missing`;

const foldedFacts = ({ key, cdc: { updateImage, beforeImage }, snapshot }: Shown): string[][] => [
  ['key', key.length === 0 ? 'none: history only' : key.join(', ')],
  ['changes', `update image ${updateImage}, before image ${beforeImage}, snapshot ${snapshot}`],
];

const extentText = ({ version, rows, files, bytes }: Shown['current']): string =>
  version === 0
    ? 'nothing yet'
    : `version ${version}: ${count(rows)} rows in ${counted(files, 'file')}, ${count(bytes)} bytes`;

function glueText({ table, version, publishedAt, trouble }: GlueStatus): string {
  const stands = publishedAt === null ? 'not yet' : `version ${version}, since ${publishedAt.toISOString()}`;
  return `${table}, ${stands}${trouble === null ? '' : `; ${trouble}`}`;
}

function publicationText({ table, publication }: Shown): string {
  if (publication === null) return 'no';
  const { version, rows, publishedAt, trouble } = publication;
  const stands =
    publishedAt === null
      ? 'not yet'
      : `ods.${table}, version ${version} with ${count(rows)} rows, since ${publishedAt.toISOString()}`;
  return trouble === null ? stands : `${stands}; ${trouble}`;
}
