import type { PoolConfig } from 'pg';

/** Sign-in by tokens that live for minutes, as RDS gives them, instead of a password in the URL. */
export interface SignIn {
  /** A token for one new connection; asked for again for each. */
  readonly token: () => Promise<string>;
  /** Certificates that the server's must come from, PEM. A token is never sent to anybody else, nor without TLS. */
  readonly ca: readonly string[];
}

/** The driver's settings for a URL and a sign-in: of a whole URL it would take the missing password for an empty one. */
export function signInConfig(url: string, { token, ca }: SignIn): PoolConfig {
  const { hostname, port, username, pathname, searchParams } = new URL(url);
  return {
    host: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    database: decodeURIComponent(pathname.slice(1)),
    password: token,
    ssl: { ca: [...ca], rejectUnauthorized: true },
    options: searchParams.get('options') ?? '',
    application_name: searchParams.get('application_name') ?? '',
  };
}
