import type { TableStatus } from '@farelake/ingest';
import { count, counted } from './table.ts';

/** A line for each table of which rows were refused, and one where anything was given up. */
export const quarantinedLines = (tables: readonly TableStatus[]): string[] =>
  tables.flatMap((table) => [...refusedLines([table]), ...givenUpLines([table])]);

/** A line for each table of which rows were refused. */
export const refusedLines = (tables: readonly TableStatus[]): string[] =>
  tables
    .filter(({ quarantined }) => quarantined > 0)
    .map(({ table, quarantined, receipts: { read, written }, keysInDoubt: { rows, keys }, taps }) => {
      if (taps !== null)
        return `quarantined: ${table}: ${count(quarantined)} of ${counted(taps.records, 'record')}; farelake taps status says why`;
      const named = keys.map((key) =>
        Object.values(key)
          .map((value) => value ?? 'NULL')
          .join(', '),
      );
      const doubt = named.length === 0 ? '' : `: ${named.slice(0, 5).join(' · ')}${named.length > 5 ? ' · …' : ''}`;
      const changes = rows === 0 ? '' : `; ${count(rows)} of these are changes, whose keys are in doubt${doubt}`;
      return `quarantined: ${table}: ${count(read)} rows read = ${count(written)} written + ${count(quarantined)} in the error zone${changes}`;
    });

/** A line for each table of which anything was given up. */
export const givenUpLines = (tables: readonly TableStatus[]): string[] =>
  tables.flatMap(({ table, givenUp: { files, rows } }) => {
    const lost = [
      ...(files === 0 ? [] : [counted(files, 'file')]),
      ...(rows === 0 ? [] : [`${counted(rows, 'refused change')} of others`]),
    ];
    return lost.length === 0 ? [] : [`given up: ${table}: ${lost.join(', and ')}`];
  });
