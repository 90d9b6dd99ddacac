/** What makes a PostgreSQL database unusable, and what a check of it finds. */
export const ENGLISH_DATABASE = {
  'database-unreachable': {
    means: 'PostgreSQL at {place} cannot be reached: {error}',
    todo: 'Start it, correct host and port in DATABASE_URL, or open the firewall on the way.',
  },
  'database-host-unknown': {
    means: 'The host of PostgreSQL at {place} has no address: {error}',
    todo: 'Correct the host in DATABASE_URL, or the name server of this machine.',
  },
  'database-tls-missing': {
    means: 'PostgreSQL at {place} does not offer TLS, which sslmode in DATABASE_URL asks for: {error}',
    todo: 'Switch ssl on in postgresql.conf; or leave sslmode out, where the way there is safe.',
  },
  'database-tls-wanted': {
    means: 'PostgreSQL at {place} refuses this user from this machine without TLS: {error}',
    todo: 'Add ?sslmode=verify-full to DATABASE_URL (with require no certificate is checked), or allow the user in pg_hba.conf.',
  },
  'database-certificate': {
    means: 'The TLS connection to PostgreSQL at {place} is refused by its certificates: {error}',
    todo: 'In DATABASE_URL, name the file of the authority that signed the server’s certificate (sslrootcert); with sslmode=require no certificate is checked.',
  },
  'database-password': {
    means: 'PostgreSQL at {place} refuses user or password: {error}',
    todo: 'Correct them in DATABASE_URL.',
  },
  'database-user': {
    means: 'PostgreSQL at {place} does not admit the user: {error}',
    todo: 'Correct the user in DATABASE_URL, create it with LOGIN, or allow it in pg_hba.conf.',
  },
  'database-absent': {
    means: 'There is no database at {place}: {error}',
    todo: 'Create it, or correct its name in DATABASE_URL.',
  },
  'database-rights': {
    means: 'The user has not the rights that are needed at {place}: {error}',
    todo: 'Grant it CREATE on the database. Schemas that exist already have to be its own.',
  },
  'database-connections-used': {
    means: 'PostgreSQL at {place} has no connection left: {error}. A collector needs {needed}.',
    todo: 'Raise max_connections or the CONNECTION LIMIT of the role, or put PgBouncer in front.',
  },
  'database-disk-full': {
    means: 'The disk of PostgreSQL at {place} is full: {error}',
    todo: 'Free some space on the server.',
  },
  'database-pool-used': {
    means: 'PgBouncer at {place} had no connection free in time: {error}',
    todo: 'Raise its default_pool_size.',
  },
  'database-standby': {
    means: 'PostgreSQL at {place} is a standby, which can only be read.',
    todo: 'Name the primary in DATABASE_URL.',
  },
  'database-read-only': {
    means: 'Transactions at {place} can only read: default_transaction_read_only is on (set by: {source}).',
    todo: 'Switch it off where it is set: ALTER ROLE, ALTER DATABASE or postgresql.conf.',
  },
  'database-commit-not-synchronous': {
    means:
      'PostgreSQL at {place} has synchronous_commit={setting} (set by: {source}): events that were answered may be lost in a crash.',
    todo: 'Set it to on or remote_apply where it is set: ALTER ROLE, ALTER DATABASE or postgresql.conf.',
  },
  'database-fsync-off': {
    means: 'PostgreSQL at {place} has fsync=off: a power cut may destroy the whole database.',
    todo: 'Set fsync=on in postgresql.conf.',
  },
  'database-too-old': {
    means: 'PostgreSQL at {place} has version {version}; {oldest} or a later one is needed.',
    todo: 'Upgrade PostgreSQL.',
  },
  'database-encoding': {
    means: 'The database at {place} has the encoding {encoding}; UTF8 is needed.',
    todo: 'Create one with ENCODING ’UTF8’ TEMPLATE template0, and name it in DATABASE_URL.',
  },
  'database-schema-version': {
    means:
      'The schema {schema} at {place} has tables of version {found}; this program supports version {supported}.',
    todo: 'Start the version of the program that wrote them.',
  },
  'database-schema-foreign': {
    means: 'The schema {schema} at {place} has tables that are not of this program: {tables}',
    todo: 'Name another database in DATABASE_URL, or rename that schema.',
  },
  'database-failed': {
    means: 'PostgreSQL at {place} cannot be used: {error}',
    todo: 'See the log of the PostgreSQL server.',
  },
  'database-ready': {
    means:
      'PostgreSQL {version} at {place} can be used. Connections left for this user: {left}; a collector needs {needed}.',
    todo: '',
  },
  'database-few-connections': {
    means: 'Connections left for this user at {place}: {left}. Another collector needs {needed}.',
    todo: 'Raise max_connections or the CONNECTION LIMIT of the role, or put PgBouncer in front.',
  },
  'database-clock': {
    means: 'The clocks of this machine and of PostgreSQL at {place} differ by {seconds} s.',
    todo: 'Let both follow a time server (NTP). Collectors go by the clock of PostgreSQL.',
  },
} as const;
