/** Stands for a connection string of which no part is certainly free of the password. */
const HIDDEN_URL = '(a database URL that cannot be shown safely)';

/** Scheme, host and port, database; user and password before the only `@`, parameters after the only `?`. */
const PLAIN =
  /^(postgres(?:ql)?:\/\/)(?:[^@/?#\s]*@)?((?:[\w.%-]*|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/[^@:/?#%\s]*)?)(?:\?[^@#\s]*)?$/i;

/**
 * What of a connection string may stand in messages and logs: scheme, host, port and database, where nobody can read the
 * text otherwise. A password that is not percent-encoded (`u:12/cret@host`) puts parts of itself where a parser sees the
 * host, the port, the database or a parameter; and parameters hold secrets of their own (`sslpassword`). So what is not
 * plain is not shown at all.
 */
export function redactUrl(url: string): string {
  const [, scheme, shown] = PLAIN.exec(url) ?? [];
  return scheme === undefined || shown === undefined || !URL.canParse(url) ? HIDDEN_URL : `${scheme}${shown}`;
}
