/** Between two lines of progress. */
const PROGRESS_MS = 2_000;

/** Passes on the newest line, at most one each two seconds. */
export function progressLines(say: (line: string) => void): (line: string) => void {
  let dueMs = performance.now() + PROGRESS_MS;
  return (line) => {
    if (performance.now() < dueMs) return;
    dueMs = performance.now() + PROGRESS_MS;
    say(line);
  };
}

/** Rows of one step after the other, added up: `migrate: copying events: 12,000 rows`. */
export function rowProgress(name: string, say: (line: string) => void) {
  const line = progressLines(say);
  let work = '';
  let count = 0;
  return (step: string, table: string, rows: number): void => {
    const current = `${step} ${table}`;
    count = current === work ? count + rows : rows;
    work = current;
    line(`${name}: ${current}: ${count.toLocaleString('en')} rows`);
  };
}
