type Method = (...args: never[]) => unknown;
type Methods = Record<string, Method>;
type Job = (...args: never[]) => Generator<undefined, unknown> | AsyncGenerator<undefined, unknown>;
type Jobs = Record<string, Job>;

/** One call that waits for its transaction. `writes`: it must not be answered unless it reached the disk. */
export interface Call {
  writes: boolean;
  method: string;
  args: unknown[];
}

/** What a storage thread serves. */
export interface Engine {
  /** The names of every method and job. */
  names: readonly string[];
  writes(method: string): boolean;
  /** Runs the calls in order in one transaction: all of them or nothing, in the file and in memory. */
  runAll(calls: readonly Call[]): unknown[] | Promise<unknown[]>;
  /** Long work in small transactions of its own. Waiting calls are served at each `yield`. */
  jobs: Jobs;
  /** Maintenance that is due, to be run as a job. `isIdle`: there were no requests for a moment. */
  upkeep?: ((isIdle: boolean) => Generator<undefined, void> | undefined) | undefined;
  close(): void | Promise<void>;
}

/** An engine whose methods return their results at once. */
export interface SyncEngine {
  transaction<T>(work: () => T): T;
  /** By the name of a method whose first parameter is a list: given the lists of all such calls of a transaction, before the first of them. */
  readAhead?: Record<string, (entries: never[]) => void>;
  reads: Methods;
  writes: Methods;
  jobs: Jobs;
  upkeep?(isIdle: boolean): Generator<undefined, void> | undefined;
  close(): void | Promise<void>;
}

/** All that callers of a `SyncEngine` can call. */
export type MethodsOf<E extends Pick<SyncEngine, 'reads' | 'writes' | 'jobs'>> = E['reads'] &
  E['writes'] &
  E['jobs'];

export function syncEngine(engine: SyncEngine): Engine {
  const { transaction, readAhead = {}, reads, writes, jobs, upkeep, close } = engine;
  const methods: Methods = { ...reads, ...writes };
  return {
    names: [...Object.keys(methods), ...Object.keys(jobs)],
    writes: (method) => Object.hasOwn(writes, method),
    runAll: (calls) =>
      transaction(() => {
        for (const [name, read] of Object.entries(readAhead)) {
          const own = calls.filter(({ method }) => method === name);
          if (own.length > 0) read(own.flatMap(({ args: [entries] }) => entries as never[]));
        }
        return calls.map((call) => run(methods, call));
      }),
    jobs,
    upkeep,
    close,
  };
}

/** An engine whose methods are asynchronous and exist only within a transaction, as with a query builder. */
export interface AsyncEngine<M extends object> {
  transaction<T>(work: (methods: M) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @param jobs replace methods of the same name. */
export async function asyncEngine<M extends object>(
  engine: AsyncEngine<M>,
  jobs: Jobs = {},
): Promise<Engine> {
  const names = await engine.transaction(async (methods) => Object.keys(methods));
  return {
    names: [...new Set([...names, ...Object.keys(jobs)])],
    writes: () => false,
    runAll: (calls) =>
      engine.transaction(async (methods) => {
        const values: unknown[] = [];
        for (const call of calls) values.push(await run(methods as Methods, call));
        return values;
      }),
    jobs,
    close: engine.close,
  };
}

function run(methods: Methods, { method, args }: Call): unknown {
  const found = methods[method];
  if (!found) throw new Error(`the storage engine has no method ${method}`);
  return found(...(args as never[]));
}
