import { type Connection, openConnection } from './client.ts';
import { createLatencies } from './latencies.ts';

/** One request and the time it is due, planned in advance and independent of earlier responses. */
export interface Due {
  /** From the start. */
  atMs: number;
  bytes: Buffer;
}

export interface DueResult {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Places in the list of those that got no 2xx. */
  unanswered: number[];
  /** How often which status other than 2xx came. 0: no answer at all. */
  refusals: Record<string, number>;
}

export interface DueOptions {
  port: number;
  /** In order of time. */
  requests: readonly Due[];
  /** Asked for in every 2xx answer; one without it counts as refused. */
  wants: string;
  /** How long after the last request answers are still waited for. */
  timeoutMs?: number;
}

/**
 * Sends each request at its time, on a new connection when all others are waiting for an answer, so that a server which
 * stalls does not slow those down that come after. A latency is from the time a request was due; without an answer it is
 * as long as there was patience.
 */
export function sendWhenDue({ port, requests, wants, timeoutMs = 10_000 }: DueOptions): Promise<DueResult> {
  const latencies = createLatencies();
  const unanswered: number[] = [];
  const refusals: Record<string, number> = {};
  const waiting = new Set<number>();
  const idle: { send(index: number): void; close(): void }[] = [];
  const startedMs = performance.now();
  const refuse = (index: number, status: number) => {
    unanswered.push(index);
    refusals[status] = (refusals[status] ?? 0) + 1;
  };

  return new Promise((resolve) => {
    let next = 0;
    const finish = () => {
      clearTimeout(overdue);
      for (const index of waiting) fail(index);
      for (const lane of idle) lane.close();
      const [p50Ms = 0, p99Ms = 0, maxMs = 0] = [0.5, 0.99, 1].map(latencies.quantileMs);
      resolve({ p50Ms, p99Ms, maxMs, unanswered: unanswered.sort((a, b) => a - b), refusals });
    };
    const settle = (index: number, ms: number) => {
      waiting.delete(index);
      latencies.add(ms);
      if (next === requests.length && waiting.size === 0) finish();
    };
    const fail = (index: number) => {
      refuse(index, 0);
      settle(index, timeoutMs);
    };

    /** A connection, from its first request on. */
    const openLane = (first: number) => {
      let current: number | undefined;
      const lane = {
        send(index: number) {
          current = index;
          connection.send(requests[index]?.bytes ?? Buffer.alloc(0));
        },
        close: () => connection.close(),
      };
      const connection: Connection = openConnection(port, {
        ready: () => lane.send(first),
        answer({ status, bytes }) {
          const index = current ?? first;
          current = undefined;
          if (status >= 300 || !bytes.includes(wants)) refuse(index, status);
          idle.push(lane);
          settle(index, performance.now() - startedMs - (requests[index]?.atMs ?? 0));
        },
        end() {
          const at = idle.indexOf(lane);
          if (at >= 0) idle.splice(at, 1);
          else if (current !== undefined && waiting.has(current)) fail(current);
          else if (waiting.has(first)) fail(first);
        },
      });
    };
    const sendDue = () => {
      const nowMs = performance.now() - startedMs;
      for (let due = requests[next]; due && due.atMs <= nowMs; due = requests[next]) {
        waiting.add(next);
        const lane = idle.pop();
        if (lane) lane.send(next);
        else openLane(next);
        next++;
      }
      const due = requests[next];
      if (due) setTimeout(sendDue, Math.max(0, due.atMs - nowMs));
    };
    const overdue = setTimeout(finish, (requests.at(-1)?.atMs ?? 0) + timeoutMs);
    sendDue();
  });
}
