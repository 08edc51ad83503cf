/** The identity of a table, the same in every catalog that tells of it. */
import { v5 } from 'uuid';

/** farelake's own name space of UUIDs (RFC 9562, "UUID Version 5"). It may never change: tables are known by what it gives. */
const FARELAKE = '5f1c7c5e-7f0b-5b8e-9d3c-6a0e4f6b1a27';

/**
 * `table-uuid` of a table (Iceberg table spec v2, "Table Metadata Fields"): made of where it is, so that it need be kept
 * nowhere. Readers take a table whose UUID changed for another one.
 * @param environment as in `FARELAKE_ENVIRONMENT`
 * @param table its name in the ledger, which holds no slash
 */
export const tableUuid = (environment: string, table: string): string => v5(`${environment}/${table}`, FARELAKE);
