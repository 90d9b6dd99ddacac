import type { Claim } from '../jobs.ts';
import type { OpenStore } from './open-store.ts';
import { prepare } from './prepare.ts';

/** Keeps the names of other modules apart from those of the store itself. */
const named = (name: string) => `kept:${name}`;

export function createFacts({ connection, hasJob }: OpenStore) {
  const find = prepare<{ value: string }>(connection, 'SELECT value FROM facts WHERE name = ?');
  const put = prepare(
    connection,
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );
  const putNew = prepare(
    connection,
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
  );
  return {
    keep(name: string, value: string): string {
      putNew.run(named(name), value);
      return find.get(named(name))?.value ?? value;
    },
    read: (name: string): string | undefined => find.get(named(name))?.value,
    write(name: string, value: string, claim?: Claim): boolean {
      const isCurrent = claim === undefined || hasJob(claim);
      if (isCurrent) put.run(named(name), value);
      return isCurrent;
    },
  };
}
