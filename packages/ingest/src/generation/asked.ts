/** Which generation a person means who decides about one. Pure. */
import type { GenerationRecord, GenerationState } from '@farelake/db';
import { sourceName } from '@farelake/qlik';
import { UserError, type Contract } from '@farelake/schema-registry';
import type { Standing } from './standing.ts';

/** Which generation. */
export interface AskedGeneration {
  /** Without a name: the one that is held, else the only one that it could be. */
  readonly name?: string | undefined;
}

/** Newer than the live one, and held or rejected; what its events hold, nobody can release. */
export const releasable = (standing: Standing): GenerationRecord[] =>
  newer(standing, ['held', 'rejected']).filter(({ state, cause }) => state === 'rejected' || cause !== 'events');

/** Newer than the live one, and held for whatever reason, or released and not shown yet. */
export const rejectable = (standing: Standing): GenerationRecord[] => newer(standing, ['held', 'released']);

function newer({ plan, records }: Standing, states: readonly GenerationState[]): GenerationRecord[] {
  const { generations, live } = plan;
  const after = live === undefined ? [] : generations.slice(generations.indexOf(live) + 1);
  return after.flatMap(({ name }) => {
    const record = records.get(name);
    return record !== undefined && states.includes(record.state) ? [record] : [];
  });
}

/**
 * @returns undefined: without a name, there is none
 * @throws UserError `no-such-generation`, `several-generations`
 */
export function askedFor(
  open: readonly GenerationRecord[],
  { name }: AskedGeneration,
  contract: Contract,
): GenerationRecord | undefined {
  if (name !== undefined && !open.some((record) => record.name === name)) throw noSuch(name, open, contract);
  const wanted = open.filter((record) => name === undefined || record.name === name);
  const held = wanted.filter(({ state }) => state === 'held');
  const [first, ...more] = held.length > 0 ? held : wanted;
  if (more.length === 0) return first;
  throw new UserError({
    code: 'several-generations',
    problem: `It could be one of several snapshots of ${sourceName(contract.source)}: ${names(wanted)}.`,
    remedy: 'Name one with --generation.',
    data: { table: contract.dataset, allowed: wanted.map((record) => record.name) },
  });
}

function noSuch(name: string, open: readonly GenerationRecord[], contract: Contract): UserError {
  const there = open.length === 0 ? 'none is' : `there ${open.length === 1 ? 'is' : 'are'} ${names(open)}`;
  return new UserError({
    code: 'no-such-generation',
    problem: `${name} is no snapshot of ${sourceName(contract.source)} that this could be decided about; ${there}.`,
    remedy: 'farelake status --json lists the generations of each table.',
    data: { table: contract.dataset, found: name, allowed: open.map((record) => record.name) },
  });
}

/** `20260301T040000000000 (held), …` */
export const names = (records: readonly GenerationRecord[]): string =>
  records.map(({ name, state }) => `${name} (${state})`).join(', ');
