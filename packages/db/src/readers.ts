/** The role of people and engines that only read: what its members may do, as SQL that may be run again. */
import { escapeIdentifier, escapeLiteral } from 'pg';

/** Made by a migration, without a login: logins are its members. */
export const READER = 'farelake_reader';

/** The login that is made for a home, and proposed to administrators of other servers. */
export const READER_LOGIN = 'farelake_analyst';

export interface ReaderGrants {
  /** Name of the ledger's database. */
  readonly database: string;
  /** The user that farelake works as: published tables are its own. */
  readonly owner: string;
}

/**
 * Statements that give the role what it needs and leave it nothing else: the Iceberg catalog and published tables, also those made
 * later. Schema `ledger` is open to nobody but its owner.
 */
export function readerGrants({ database, owner }: ReaderGrants): string[] {
  return [
    `DO $$ BEGIN CREATE ROLE ${READER} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    `GRANT CONNECT ON DATABASE ${escapeIdentifier(database)} TO ${READER}`,
    `GRANT USAGE ON SCHEMA public, ods TO ${READER}`,
    `GRANT SELECT ON public.iceberg_tables, public.iceberg_namespace_properties TO ${READER}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA ods TO ${READER}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(owner)} IN SCHEMA ods GRANT SELECT ON TABLES TO ${READER}`,
    // Before Postgres 15 everybody could make tables in public; temporary ones everybody still can.
    `GRANT CREATE ON SCHEMA public TO ${escapeIdentifier(owner)}`,
    `GRANT TEMPORARY ON DATABASE ${escapeIdentifier(database)} TO ${escapeIdentifier(owner)}`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `REVOKE TEMPORARY ON DATABASE ${escapeIdentifier(database)} FROM PUBLIC`,
    locksAreOurs(owner),
  ];
}

/**
 * The ledger's work is put in order by advisory locks, whose keys are no secret: who may take them can hold everything up. They are
 * functions of the server's superuser; who may not close them (managed servers) is told, and the rest holds.
 */
const locksAreOurs = (owner: string): string =>
  [
    `DO $locks$ DECLARE lock regprocedure; BEGIN`,
    `FOR lock IN SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^pg_(try_)?advisory_' LOOP`,
    `EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', lock, ${escapeLiteral(owner)});`,
    `EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', lock); END LOOP;`,
    `EXCEPTION WHEN insufficient_privilege THEN RAISE WARNING 'readers may take advisory locks: only a superuser can close them';`,
    `END $locks$`,
  ].join(' ');
