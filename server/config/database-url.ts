const SHAPE = 'a URL such as postgres://user:password@host:5432/database';
/** How the connection is encrypted, as libpq has it. @see https://www.postgresql.org/docs/18/libpq-ssl.html */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const PARAMETERS = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey'];

/** What a database's URL has to be, in words without any part of it but parameters' names; undefined: it is. */
export function expectedOfDatabaseUrl(value: string): string | undefined {
  const url = URL.parse(value);
  if (!/^postgres(ql)?:\/\//i.test(value)) return SHAPE;
  const { username, password, hostname, pathname, searchParams, search, hash } = url ?? {};
  // A sign that ends the host, and stood in the password.
  if (!hostname || hash || /@/.test(`${pathname}${search}`))
    return `${SHAPE}; in user and password / is written %2F, # %23, ? %3F and % %25`;
  if (pathname === '' || pathname === '/') return `${SHAPE}, with the name of a database at its end`;
  if (![username, password, pathname].every(isDecodable))
    return `${SHAPE}; in user, password and database % is written %25`;
  const others = [...(searchParams?.keys() ?? [])].filter((name) => !PARAMETERS.includes(name));
  if (others.length > 0)
    return `${SHAPE}, with no parameters but ${PARAMETERS.join(', ')}; not ${others.join(', ')}`;
  const mode = searchParams?.get('sslmode') ?? 'disable';
  if (!SSL_MODES.includes(mode)) return `sslmode to be one of ${SSL_MODES.join(', ')}`;
  if (mode === 'verify-ca' && !searchParams?.get('sslrootcert'))
    return 'sslrootcert, the file of the authority, beside sslmode=verify-ca';
  return undefined;
}

function isDecodable(part = ''): boolean {
  try {
    return decodeURIComponent(part) !== undefined;
  } catch {
    return false;
  }
}
