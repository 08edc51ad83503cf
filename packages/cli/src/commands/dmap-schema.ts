import { DMAP_CSV, draftSetContract, studyRecords, type DmapSet, type FileStudy, type SetDraft } from '@farelake/dmap';
import { contractPath, readRegistry, writeContract } from '@farelake/ingest';
import { DMAP_APIS, reviseContract, setTableName, type Contract, type DmapApi } from '@farelake/schema-registry';
import { agreed, changeLines, refuseFaulty, shown } from '../contract-file.ts';
import { deliveredRecords } from '../delivered-file.ts';
import { draftedJson, draftedTable, stricterLines } from '../output/drafted.ts';
import { UsageError } from '../output/problem.ts';
import { counted } from '../output/table.ts';
import type { Context } from '../session.ts';

export interface SchemaFlags {
  readonly from: string;
  readonly api?: DmapApi;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function dmapSchemaCommand(context: Context, name: string, flags: SchemaFlags): Promise<number> {
  const { environment, terminal, signal } = context;
  const contracts = await readRegistry(environment.registry);
  const present = contracts.get(setTableName(name));
  const set = setOf(name, flags.api, present);
  terminal.progress(`reading ${flags.from}`);
  const study = await studyRecords(deliveredRecords(flags.from, DMAP_CSV, signal));
  terminal.progress(undefined);
  const draft = draftSetContract(set, study, present);
  const contract = present === undefined ? draft.contract : reviseContract(present, draft.contract);
  const file = contractPath(environment.registry, contract);
  refuseFaulty(contracts, contract);
  terminal.note(draftedTable(contract, draft.columns));
  for (const line of reviewLines(study, draft, contract, present)) terminal.note(line);
  if (contract !== present) {
    if (present !== undefined) for (const line of changeLines(present, contract)) terminal.note(line);
    if (flags.yes !== true && !(await agreed(context, file, present !== undefined))) return 1;
    await writeContract(environment.registry, contract);
  }
  if (flags.json)
    terminal.print(JSON.stringify(draftedJson(shown(file), study.rows, contract, present, draft.columns)));
  else terminal.print(outcome(file, contract, present));
  return 0;
}

/** The set and its API: as its contract says, as `--api` says, or as its name does. */
function setOf(name: string, api: DmapApi | undefined, present: Contract | undefined): DmapSet {
  if (present !== undefined) return { api: presentApi(present, name, api), set: name };
  const found = api ?? (name.startsWith('agg_') ? 'aggregations' : undefined);
  if (found === undefined)
    throw new UsageError({
      code: 'no-api',
      problem: `The name ${name} does not tell which API has the set.`,
      remedy: `Say it: --api ${DMAP_APIS.join(' or --api ')}.`,
      data: { set: name, allowed: DMAP_APIS },
    });
  return { api: found, set: name };
}

function presentApi({ dataset, source }: Contract, name: string, api: DmapApi | undefined): DmapApi {
  if (source.table !== name)
    throw new UsageError({
      code: 'set-collision',
      problem: `${name} would be the table ${dataset}, which is that of ${source.table}.`,
      remedy: 'Only one of them can be taken in.',
    });
  const present = DMAP_APIS.find((one) => one === source.schema);
  // The registry has been checked: a set's contract names one of them.
  if (present === undefined) throw new Error(`${dataset} is of no API`);
  if (api !== undefined && api !== present)
    throw new UsageError({
      code: 'other-api',
      problem: `By its contract ${name} is a set of ${present}, not of ${api}.`,
      remedy: 'Leave --api out; if the set has moved, change source.schema in the contract.',
    });
  return present;
}

function reviewLines(study: FileStudy, draft: SetDraft, contract: Contract, present: Contract | undefined): string[] {
  const rows = counted(study.rows, 'row');
  return [
    `Guessed from the ${rows} of one file; every column may be NULL. A person has to review it: types, names, who may see what.`,
    ...(present === undefined ? [] : stricterLines(contract, draft.columns)),
    ...(contract.columns.some(({ treatment }) => treatment === 'hmac')
      ? ['Columns with treatment hmac need FARELAKE_HMAC_KEY when the set is loaded.']
      : []),
  ];
}

function outcome(file: string, contract: Contract, present: Contract | undefined): string {
  const columns = `${contract.columns.length} columns`;
  if (contract === present) return `${shown(file)} says this already; left alone.`;
  return present === undefined
    ? `Wrote ${shown(file)}: ${columns}. Nobody owns it yet: review types, classification, description and owner.`
    : `Replaced ${shown(file)} by its version ${contract.version}: ${columns}. Columns that were there keep their ids and what was written of them; review the new ones.`;
}
