import { type MethodsOf, syncEngine } from '../../server/store/thread/engine.ts';
import { serveThread } from '../../server/store/thread/serve.ts';

let transactions = 0;
const engine = {
  transaction<T>(work: () => T): T {
    transactions++;
    return work();
  },
  reads: {
    crash(): void {
      setImmediate(() => {
        throw new Error('a bug of ours');
      });
    },
    fail(): void {
      throw new RangeError('a bad call');
    },
    echo: (text: string): string => text,
    transactions: (): number => transactions,
  },
  writes: {},
  jobs: {
    *wait(): Generator<undefined, void> {
      for (;;) yield;
    },
    *count(steps: number): Generator<undefined, number> {
      for (let step = 0; step < steps; step++) yield;
      return steps;
    },
  },
  close: () => {},
};
export type TestMethods = MethodsOf<typeof engine>;

/** A storage thread with synchronous methods, of which one crashes it. */
await serveThread(() => syncEngine(engine));
