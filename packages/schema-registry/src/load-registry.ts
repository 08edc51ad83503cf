/** All contracts of a registry, read and checked at once. */
import type { Contract } from './contract.ts';
import { contractFaults } from './contract-checks.ts';
import { CONTRACT_SCHEMA, CONTRACT_SCHEMA_FILE } from './contract-schema.ts';
import { UserError } from './errors.ts';
import { type Fault, faultText } from './faults.ts';
import { shapeOf } from './json-shape.ts';
import { readJson } from './json-text.ts';
import { looseContract } from './loose-contract.ts';
import { collisionFaults, type FileFault, type ReadFile } from './registry-checks.ts';

export interface RegistryFile {
  /** Below the registry's folder, parts separated by `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Registry {
  /** The contracts that can be used, by dataset: without a fault of their own, and in nobody's way who has none. */
  readonly contracts: readonly Contract[];
  /** Everything that is wrong, in all files. */
  readonly faults: readonly FileFault[];
  /** By dataset, as its contract or its file is named: those that have a contract and none that can be used. */
  readonly faulty: ReadonlyMap<string, readonly FileFault[]>;
}

/** A registry with faults, where it is asked for as a whole. */
export class RegistryError extends UserError {
  override readonly name = 'RegistryError';
  readonly faults: readonly FileFault[];

  constructor(faults: readonly FileFault[]) {
    const lines = faults.map((fault) => `  ${fault.file} ${faultText(fault)}`);
    super({
      code: 'bad-registry',
      problem: `The registry has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}:\n${lines.join('\n')}`,
      data: { faults },
    });
    this.faults = faults;
  }
}

/**
 * Reads and checks all files of a registry. Ignored are the generated schema, `.md` files and dot files; any other
 * file is a contract or a fault.
 */
export function loadRegistry(files: readonly RegistryFile[]): Registry {
  const contractFiles = files.filter(({ path }) => !isIgnored(path));
  const faults: FileFault[] = [];
  const read: (ReadFile & { readonly value: unknown })[] = [];
  for (const { path: file, text } of contractFiles) {
    const { found, value } = readFile(file, text);
    faults.push(...found.map((fault) => ({ file, ...fault })));
    if (value !== undefined) read.push({ file, value, contract: looseContract(value) });
  }
  const own = filesOf(faults);
  // What is wrong by itself is in nobody's way: a copy with another name must not stop the table it was copied from.
  const sound = read.filter(({ file }) => !own.has(file));
  const collided = filesOf(collisionFaults(sound));
  const usable = sound.filter(({ file }) => !collided.has(file)).map(({ value }) => value as Contract);
  faults.push(...collisionFaults(read));
  const contracts = usable.sort((a, b) => (a.dataset < b.dataset ? -1 : 1));
  const unusable = faults.filter(({ file }) => own.has(file) || collided.has(file));
  return { contracts, faults, faulty: byDataset(unusable, read, new Set(contracts.map(({ dataset }) => dataset))) };
}

const filesOf = (faults: readonly FileFault[]): Set<string> => new Set(faults.map(({ file }) => file));

/** @param used datasets whose contract is right, whoever else bears their name */
function byDataset(
  faults: readonly FileFault[],
  read: readonly ReadFile[],
  used: ReadonlySet<string>,
): Map<string, FileFault[]> {
  const named = new Map(read.map(({ file, contract }) => [file, contract.dataset]));
  const faulty = new Map<string, FileFault[]>();
  for (const fault of faults) {
    const ofFile = fault.file.replace(/^.*\//, '').replace(/\.json$/, '');
    for (const dataset of new Set([ofFile, named.get(fault.file) ?? ofFile]))
      if (!used.has(dataset)) faulty.set(dataset, [...(faulty.get(dataset) ?? []), fault]);
  }
  return faulty;
}

/**
 * The contracts of a registry without faults.
 * @throws RegistryError with every fault otherwise
 */
export function requireRegistry(files: readonly RegistryFile[]): readonly Contract[] {
  const { contracts, faults } = loadRegistry(files);
  if (faults.length > 0) throw new RegistryError(faults);
  return contracts;
}

function isIgnored(path: string): boolean {
  return path === CONTRACT_SCHEMA_FILE || path.endsWith('.md') || path.split('/').some((part) => part.startsWith('.'));
}

/** The faults of one file by itself, and its value where it is JSON. */
function readFile(path: string, text: string): { readonly found: readonly Fault[]; readonly value: unknown } {
  if (!path.endsWith('.json'))
    return {
      found: [
        { path: '$', problem: 'is no contract file', allowed: '<feed>/<dataset>.json', remedy: 'Move it elsewhere.' },
      ],
      value: undefined,
    };
  const json = readJson(text);
  if (!json.ok) {
    const { problem, line, column, path: at } = json.syntax;
    return {
      found: [{ path: at, problem: `not JSON at line ${line}, column ${column}: ${problem}` }],
      value: undefined,
    };
  }
  const repeated = json.repeated.map((fault) => ({
    path: fault.path,
    problem: `${fault.problem}, again at line ${fault.line}, column ${fault.column}`,
  }));
  const shape = shapeFaults(json.value);
  const told = new Set(shape.map((fault) => fault.path));
  // What has the wrong shape is told once, not again for what its value means.
  const meaning = contractFaults(looseContract(json.value), path).filter((fault) => !told.has(fault.path));
  return { found: [...repeated, ...shape, ...meaning], value: json.value };
}

const contractShape = shapeOf<Contract>(CONTRACT_SCHEMA);

function shapeFaults(value: unknown): readonly Fault[] {
  const reading = contractShape(value);
  return reading.ok ? [] : reading.faults;
}
