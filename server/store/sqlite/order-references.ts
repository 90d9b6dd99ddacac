import type { Joined } from '../../../shared/protected-event.ts';
import { type Connection, prepare } from './prepare.ts';

/** The rows of `order_subjects` that lead from the subjects of an order to it. */
export function createReferences(connection: Connection) {
  const subjectsOf = prepare<{ subjects: string | null }>(
    connection,
    'SELECT subjects FROM orders WHERE id = ?',
  );
  const setSubjects = prepare(connection, 'UPDATE orders SET subjects = ?2 WHERE id = ?1');
  const add = prepare(
    connection,
    'INSERT INTO order_subjects (subject, order_id) VALUES (?, ?) ON CONFLICT DO NOTHING',
  );
  const remove = prepare(connection, 'DELETE FROM order_subjects WHERE subject = ? AND order_id = ?');
  const ordersOf = prepare<{ id: number }>(
    connection,
    `SELECT id FROM orders WHERE +shop = ?1 AND id IN (SELECT order_id FROM order_subjects WHERE subject = ?2)`,
  );
  const read = (id: number): Joined[] => JSON.parse(subjectsOf.get(id)?.subjects ?? '[]');

  return {
    add: (id: number, joined: readonly Joined[]): void => {
      for (const [subject] of joined) if (subject !== '') add.run(subject, id);
    },
    /** Run it before the order's row goes. */
    remove(id: number): void {
      for (const [subject] of read(id)) remove.run(subject, id);
    },
    /** Those of one order become those of another, too. */
    join(from: number, to: number): void {
      const joined = read(from);
      if (joined.length === 0) return;
      setSubjects.run(to, JSON.stringify([...joined, ...read(to)]));
      this.add(to, joined);
    },
    /** Nothing leads from this subject to any order of the shop. */
    forget(shop: string, subject: string): void {
      for (const { id } of ordersOf.all(shop, subject)) {
        setSubjects.run(id, JSON.stringify(read(id).filter(([one]) => one !== subject)));
        remove.run(subject, id);
      }
    },
  };
}

export type References = ReturnType<typeof createReferences>;
