import { describe, expect, test } from 'vitest';
import { commitTogether } from '../../server/store/thread/group-commit.ts';

interface Call {
  writes: boolean;
  run(): unknown;
}

/** Counts transactions; one that fails leaves `rows` as they were. */
function createFakeDatabase(rows: string[] = []) {
  let transactions = 0;
  return {
    rows,
    transactions: () => transactions,
    runAll(calls: readonly Call[]): unknown[] {
      const before = [...rows];
      transactions++;
      try {
        return calls.map((call) => call.run());
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

  test('share one transaction and are answered in order', async () => {
    const { rows, runAll, transactions } = createFakeDatabase();
    expect(await commitTogether(runAll, [write(rows, 'a'), write(rows, 'b')])).toEqual([
      { value: 1 },
      { value: 2 },
    ]);
    expect(transactions()).toBe(1);
  });

  test('one bad call fails alone, and its writes are rolled back', async () => {
    const { rows, runAll } = createFakeDatabase();
    const half: Call = {
      writes: true,
      run() {
        rows.push('half');
        throw BUG;
      },
    };
    const settled = await commitTogether(runAll, [write(rows, 'a'), half, write(rows, 'b')]);
    expect(settled).toEqual([{ value: 1 }, { error: BUG }, { value: 2 }]);
    expect(rows).toEqual(['a', 'b']);
  });

  test('on a full disk every write fails at once, while reads are still answered', async () => {
    const { rows, runAll, transactions } = createFakeDatabase(['old']);
    const read: Call = { writes: false, run: () => rows.length };
    const settled = await commitTogether(runAll, [write(rows, 'a'), read, fail(DISK_FULL), write(rows, 'b')]);
    expect(settled).toEqual([{ error: DISK_FULL }, { value: 1 }, { error: DISK_FULL }, { error: DISK_FULL }]);
    expect(rows).toEqual(['old']);
    expect(transactions()).toBe(2);
  });
});
