/** Knows which calls of the watched objects are under way. */
export interface CallWatch {
  /** The same object; the promises that its methods return are awaited by `idle`. */
  watch<T extends object>(target: T): T;
  /** Resolves when no watched call has been under way for a while: only the clock can cause more work. */
  idle(): Promise<void>;
}

/** Event-loop turns without a call: more than delivery's longest work between two calls, which it does in chunks. */
const IDLE_TURNS = 64;

export function createCallWatch(): CallWatch {
  const underWay = new Set<Promise<unknown>>();
  const track = (result: unknown) => {
    if (!(result instanceof Promise)) return;
    underWay.add(result);
    const over = () => void underWay.delete(result);
    result.then(over, over);
  };
  return {
    watch: <T extends object>(target: T) =>
      new Proxy(target, {
        get(object, key) {
          const value: unknown = Reflect.get(object, key);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            const result: unknown = Reflect.apply(value, object, args);
            track(result);
            return result;
          };
        },
      }),
    async idle() {
      for (let turns = 0; turns < IDLE_TURNS; turns++) {
        if (underWay.size > 0) turns = 0;
        await Promise.allSettled(underWay);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
