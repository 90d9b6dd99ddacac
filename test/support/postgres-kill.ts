import { eventually } from './eventually.ts';
import { query } from './postgres-client.ts';
import type { PostgresServer } from './postgres-server.ts';

const STARTS_WITHIN_MS = 60_000;

/** SIGKILL of the whole server; resolves when it has recovered. It starts once the processes of its connections have ended. */
export async function killPostgres(server: PostgresServer): Promise<void> {
  process.kill(server.pid(), 'SIGKILL');
  const starts = () => {
    try {
      server.start();
      return true;
    } catch {
      return false;
    }
  };
  await eventually(starts, Boolean, STARTS_WITHIN_MS);
}

/** SIGKILL of the process of one connection to this database, whose end makes the server cut all of them and recover. */
export async function killConnection(url: string): Promise<void> {
  const [connection] = await query<{ pid: number }>(
    url,
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
     ORDER BY random() LIMIT 1`,
  );
  if (connection) process.kill(connection.pid, 'SIGKILL');
}
