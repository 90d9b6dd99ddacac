import { serveThread } from '../../server/store/thread/serve.ts';

const crash = (): void => {
  setImmediate(() => {
    throw new Error('a bug of ours');
  });
};
const methods = { crash, echo: (text: string): string => text };
const jobs = {
  *wait(): Generator<undefined, void> {
    for (;;) yield;
  },
};
export type CrashingMethods = typeof methods & typeof jobs;

/** A storage thread that works, until it is told to crash. */
serveThread(() => ({
  transaction: (work) => work(),
  reads: methods,
  writes: {},
  jobs,
  close: () => {},
}));
