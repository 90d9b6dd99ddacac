/** What workers say of themselves, for every process that shares the store. */
export interface WorkerStates {
  /** @param read a small text; asked when it is to be shown. */
  reportState(consumer: string, read: () => string): void;
  /** Of the process that delivers for the consumer, at most 2 s old; empty: it has said nothing yet. */
  stateOf(consumer: string): Promise<string>;
}
