/** All contracts of a registry, read and checked at once. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Contract } from './contract.ts';
import { contractFaults } from './contract-checks.ts';
import { CONTRACT_SCHEMA, CONTRACT_SCHEMA_FILE } from './contract-schema.ts';
import { UserError } from './errors.ts';
import { type Fault, faultsOfAjv, faultText } from './faults.ts';
import { readJson } from './json-text.ts';
import { looseContract } from './loose-contract.ts';
import { collisionFaults, type FileFault, type ReadFile } from './registry-checks.ts';

export interface RegistryFile {
  /** Below the registry's folder, parts separated by `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Registry {
  /** The contracts without any fault, by dataset. */
  readonly contracts: readonly Contract[];
  /** Everything that is wrong, in all files. */
  readonly faults: readonly FileFault[];
}

/** A registry with faults: none of it may be used, as a contract that is left out would let its table go stale. */
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
  faults.push(...collisionFaults(read));
  const faulty = new Set(faults.map(({ file }) => file));
  const contracts = read.filter(({ file }) => !faulty.has(file)).map(({ value }) => value as Contract);
  return { contracts: contracts.sort((a, b) => (a.dataset < b.dataset ? -1 : 1)), faults };
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

let compiled: ValidateFunction | undefined;

function shapeFaults(value: unknown): Fault[] {
  // Compiled at first use: it costs more than all else that an import of this package does.
  compiled ??= new Ajv2020({ allErrors: true, verbose: true }).compile(CONTRACT_SCHEMA);
  return compiled(value) ? [] : faultsOfAjv(compiled.errors ?? []);
}
