/**
 * The connection string with its password (user part and `password=` parameter) replaced, for messages and logs.
 * Text that is no URL is replaced whole: a password may stand anywhere in it.
 */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  if (shown.searchParams.has('password')) shown.searchParams.set('password', '***');
  return shown.href;
}
