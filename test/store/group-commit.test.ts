import { describe, expect, test } from 'vitest';
import { type Call, commitTogether } from '../../server/store/thread/group-commit.ts';

/** Counts transactions; one that fails leaves `rows` as they were. */
function createFakeDatabase(rows: string[] = []) {
  let transactions = 0;
  return {
    rows,
    transactions: () => transactions,
    transaction<T>(work: () => T): T {
      const before = [...rows];
      transactions++;
      try {
        return work();
      } catch (error) {
        rows.splice(0, rows.length, ...before);
        throw error;
      }
    },
  };
}

const DISK_FULL = Object.assign(new Error('database or disk is full'), { errcode: 13 });
const BUG = new Error('constraint failed');

describe('calls that commit together', () => {
  const write = (rows: string[], row: string): Call => ({ writes: true, run: () => rows.push(row) });
  const fail = (error: Error): Call => ({
    writes: true,
    run() {
      throw error;
    },
  });

  test('share one transaction and are answered in order', () => {
    const { rows, transaction, transactions } = createFakeDatabase();
    expect(commitTogether(transaction, [write(rows, 'a'), write(rows, 'b')])).toEqual([
      { value: 1 },
      { value: 2 },
    ]);
    expect(transactions()).toBe(1);
  });

  test('one bad call fails alone, and what it wrote is gone', () => {
    const { rows, transaction } = createFakeDatabase();
    const half: Call = {
      writes: true,
      run() {
        rows.push('half');
        throw BUG;
      },
    };
    const settled = commitTogether(transaction, [write(rows, 'a'), half, write(rows, 'b')]);
    expect(settled).toEqual([{ value: 1 }, { error: BUG }, { value: 2 }]);
    expect(rows).toEqual(['a', 'b']);
  });

  test('a full disk refuses every write at once, while reads are still answered', () => {
    const { rows, transaction, transactions } = createFakeDatabase(['old']);
    const read: Call = { writes: false, run: () => rows.length };
    const settled = commitTogether(transaction, [write(rows, 'a'), read, fail(DISK_FULL), write(rows, 'b')]);
    expect(settled).toEqual([{ error: DISK_FULL }, { value: 1 }, { error: DISK_FULL }, { error: DISK_FULL }]);
    expect(rows).toEqual(['old']);
    expect(transactions()).toBe(2);
  });
});
