import { setTimeout } from 'node:timers/promises';
import { asyncEngine } from '../../server/store/thread/engine.ts';
import { serveThread } from '../../server/store/thread/serve.ts';
import type { TestMethods } from './sync-thread.ts';

let transactions = 0;
type Async<M> = { [Name in keyof M]: (...args: never[]) => Promise<unknown> };
const methods = {
  async crash(): Promise<void> {
    setImmediate(() => {
      throw new Error('a bug of ours');
    });
  },
  async fail(): Promise<void> {
    throw new RangeError('a bad call');
  },
  async echo(text: string): Promise<string> {
    await setTimeout(1);
    return text;
  },
  transactions: async (): Promise<number> => transactions,
} satisfies Async<Omit<TestMethods, 'wait' | 'count'>>;

/** The same as `sync-thread.ts` with asynchronous methods. */
await serveThread(() =>
  asyncEngine(
    {
      transaction(work: (bound: typeof methods) => Promise<never>): Promise<never> {
        transactions++;
        return work(methods);
      },
      close: async () => {},
    },
    {
      async *wait(): AsyncGenerator<undefined, void> {
        for (;;) yield;
      },
      async *count(steps: number): AsyncGenerator<undefined, number> {
        for (let step = 0; step < steps; step++) yield;
        return steps;
      },
    },
  ),
);
