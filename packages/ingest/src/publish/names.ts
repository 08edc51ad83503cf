/**
 * Names of what is made in Postgres for a dataset. Datasets never hold `@`, so nothing made here can bear the name of
 * another dataset's table. Those of tables are quoted and with their schema.
 */
import { quoteIdentifier as q } from '@farelake/schema-registry';
import { SCHEMA } from './shape.ts';

export const tableName = (dataset: string): string => `${q(SCHEMA)}.${q(dataset)}`;

/** The table that is built beside the one that readers see. */
export const nextTableName = (dataset: string): string => tableName(`${dataset}@next`);

/** The unique constraint over the key, which is also its index's name. */
export const keyName = (dataset: string): string => `${dataset}@key`;
export const nextKeyName = (dataset: string): string => `${dataset}@next_key`;
