/** What is started from a configuration, and replaced by what is started from another. */
export interface Replaceable<Config, Parts> {
  current(): Parts;
  /**
   * Stops what runs and starts the other; the former configuration is started again where that fails. One after the other.
   *
   * @throws why the other could not be started. Where the former cannot be started again either, `hasEnded` is true.
   */
  replace(config: Config): Promise<void>;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

/** @param start cleans up after itself where it rejects. @throws what the first `start` throws. */
export async function startReplaceable<Config, Parts extends { stop(): Promise<void> }>(
  first: Config,
  start: (config: Config) => Promise<Parts>,
): Promise<Replaceable<Config, Parts>> {
  let config = first;
  let parts = await start(first);
  let hasEnded = false;
  let last: Promise<void> = Promise.resolve();

  async function replaceNow(next: Config): Promise<void> {
    await parts.stop();
    try {
      parts = await start(next);
      config = next;
    } catch (error) {
      hasEnded = true;
      parts = await start(config);
      hasEnded = false;
      throw error;
    }
  }
  return {
    current: () => parts,
    replace(next) {
      const replaced = last.then(() => replaceNow(next));
      last = replaced.catch(() => {});
      return replaced;
    },
    hasEnded: () => hasEnded,
    async stop() {
      await last;
      await parts.stop();
    },
  };
}
