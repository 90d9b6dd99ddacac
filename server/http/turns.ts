import { busy } from './errors.ts';

/** Work of one sender waits for its own, so that a flood of it stays its own: others begin at once. */
export interface Turns {
  /**
   * Runs `work` now, or once earlier work of this sender has ended.
   *
   * @param bytes how much it is.
   * @throws {HttpError} 503 when it has waited too long, and whatever `work` throws.
   */
  run<Result>(sender: string, bytes: number, work: () => Promise<Result>): Promise<Result>;
}

interface Queue {
  /** Of the work that was begun and has not ended. */
  bytes: number;
  /** In the order of their calls. */
  waiting: { bytes: number; begin(): Promise<void> }[];
}

/** As long as a request may take to arrive. What waits for a disk or a database that is away is then refused, and not begun. */
const MAX_WAIT_MS = 30_000;

/** @param maxBytes of one sender's work that is under way at once; what is larger is under way alone. */
export function createTurns(maxBytes: number, nowMs: () => number = () => performance.now()): Turns {
  const queues = new Map<string, Queue>();

  function beginNext(sender: string, queue: Queue): void {
    const fits = (bytes: number) => queue.bytes === 0 || queue.bytes + bytes <= maxBytes;
    for (let next = queue.waiting[0]; next && fits(next.bytes); next = queue.waiting[0]) {
      const { bytes, begin } = next;
      queue.waiting.shift();
      queue.bytes += bytes;
      void begin().then(() => {
        queue.bytes -= bytes;
        beginNext(sender, queue);
      });
    }
    if (queue.bytes === 0) queues.delete(sender);
  }

  return {
    run(sender, bytes, work) {
      const queue = queues.get(sender) ?? { bytes: 0, waiting: [] };
      queues.set(sender, queue);
      const askedAtMs = nowMs();
      return new Promise((resolve, reject) => {
        /** Never rejects. */
        const begin = async () => {
          try {
            if (nowMs() - askedAtMs > MAX_WAIT_MS) throw busy('Too much is waiting to be stored');
            resolve(await work());
          } catch (error) {
            reject(error);
          }
        };
        queue.waiting.push({ bytes, begin });
        beginNext(sender, queue);
      });
    },
  };
}
