/** A scenario's deliveries and contracts, made once: every home of it gets copies. */
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { draftContract, writeContract } from '@farelake/ingest';
import { folderStore } from '@farelake/lake';
import type { Contract } from '@farelake/schema-registry';
import type { Bench } from './bench.ts';
import type { Random } from './random.ts';
import type { Act, Scenario } from './scenario.ts';

export interface PreparedAct extends Act {
  /** What is delivered before it; undefined: nothing. */
  readonly files: string | undefined;
}

export interface Prepared {
  readonly scenario: Scenario;
  readonly acts: readonly PreparedAct[];
  /** Folder of the contracts. */
  readonly registry: string;
  readonly contracts: ReadonlyMap<string, Contract>;
}

export async function prepare(bench: Bench, scenario: Scenario, random: Random): Promise<Prepared> {
  const folder = path.join(bench.folder, 'scenarios', scenario.name);
  const own = random.of(scenario.name);
  const acts: PreparedAct[] = [];
  const all = path.join(folder, 'all');
  for (const [index, act] of scenario.acts(own).entries()) {
    const files = path.join(folder, `act-${String(index + 1)}`);
    if (act.deliver !== undefined) {
      await mkdir(files, { recursive: true });
      await act.deliver(files, own);
      await cp(files, all, { recursive: true });
    }
    acts.push({ ...act, files: act.deliver === undefined ? undefined : files });
  }
  const registry = path.join(folder, 'registry');
  const contracts = new Map<string, Contract>();
  for (const [table, otherwise] of Object.entries(scenario.tables)) {
    const { contract } = await draftContract(folderStore(all), table, { cdc: { beforeImage: 'full' } });
    const kept = { ...contract, ...otherwise };
    contracts.set(kept.dataset, kept);
    await writeContract(registry, kept);
  }
  for (const contract of [...(scenario.sets ?? []), ...(scenario.topics ?? [])]) {
    contracts.set(contract.dataset, contract);
    await writeContract(registry, contract);
  }
  return { scenario, acts, registry, contracts };
}
