import type { TableStatus } from '@farelake/ingest';
import { count } from './table.ts';

/** A line for each table of which rows were refused, and one where anything was given up. */
export const quarantinedLines = (tables: readonly TableStatus[]): string[] =>
  tables.flatMap(({ table, quarantined, receipts: { read, written }, givenUp, keysInDoubt: { rows, keys } }) => {
    const lost =
      givenUp.files + givenUp.rows === 0
        ? []
        : [`given up: ${table}: ${count(givenUp.files)} files, and ${count(givenUp.rows)} refused changes of others`];
    if (quarantined === 0) return lost;
    const named = keys.map((key) =>
      Object.values(key)
        .map((value) => value ?? 'NULL')
        .join(', '),
    );
    const doubt = named.length === 0 ? '' : `: ${named.slice(0, 5).join(' · ')}${named.length > 5 ? ' · …' : ''}`;
    const changes = rows === 0 ? '' : `; ${count(rows)} of these are changes, whose keys are in doubt${doubt}`;
    return [
      `quarantined: ${table}: ${count(read)} rows read = ${count(written)} written + ${count(quarantined)} in the error zone${changes}`,
      ...lost,
    ];
  });
