/** The contracts of topics that the function goes by. In a bundle this file is another one, which holds them (`bundle/topics.ts`). */
import path from 'node:path';
import { readRegistry } from '@farelake/ingest';
import type { Contract } from '@farelake/schema-registry';

export const REGISTRY = path.resolve(import.meta.dirname, '../../../schema-registry/registry');

/** By dataset. */
export const topicContracts = async (): Promise<ReadonlyMap<string, Contract>> =>
  new Map([...(await readRegistry(REGISTRY))].filter(([, { feed }]) => feed === 'kafka'));
