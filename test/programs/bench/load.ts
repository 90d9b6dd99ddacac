import { type Connection, openConnection } from './client.ts';
import { createLatencies } from './latencies.ts';
import { serveParent } from './launch.ts';
import { createTemplate, type EventKind } from './order.ts';

/** One run of load, as another process orders it. */
export interface Load {
  port: number;
  path: string;
  /** Event n has the messageId and order_id `messageIdOf(prefix, n)`, n from 0. */
  prefix: string;
  seconds: number;
  connections: number;
  eventsPerRequest: number;
  /** What is sent; default: orders. */
  kind?: EventKind;
  /** Whose events; default: the one shop's. */
  writeKey?: string;
  /** Over all connections, evenly. Absent: as fast as answers come. */
  requestsPerSecond?: number;
  /** Asked for in every 2xx answer; one without it counts as refused. */
  wants?: string;
}

/**
 * What came of it. A latency is from the write of a request to the last byte of its answer; under a given rate from when
 * the request was due, where its connection was still waiting for the answer before.
 */
export interface LoadResult {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Requests sent, their events numbered from 0 without a gap. */
  requests: number;
  /** Requests (not events) that got no 2xx; every other one was promised. */
  unanswered: number[];
  /** How often which status other than 2xx came. */
  refusals: Record<string, number>;
}

/** Sends one request after the other on each connection until the time is over. */
export function runLoad({
  port,
  connections,
  seconds,
  requestsPerSecond,
  ...load
}: Load): Promise<LoadResult> {
  const timestamp = new Date().toISOString();
  const latencies = createLatencies();
  const unanswered: number[] = [];
  const refusals: Record<string, number> = {};
  let requests = 0;
  let open = connections;
  const startedMs = performance.now();
  const deadlineMs = startedMs + seconds * 1000;
  const gapMs = requestsPerSecond === undefined ? 0 : (connections / requestsPerSecond) * 1000;

  return new Promise((resolve) => {
    const finish = () => {
      const elapsed = (performance.now() - startedMs) / 1000;
      resolve({
        requestsPerSecond: (requests - unanswered.length) / elapsed,
        p50Ms: latencies.quantileMs(0.5),
        p99Ms: latencies.quantileMs(0.99),
        requests,
        unanswered,
        refusals,
      });
    };
    const start = (index: number) => {
      const template = createTemplate({ ...load, timestamp });
      let current: number | undefined;
      let sentMs = 0;
      let dueMs = startedMs + (gapMs * index) / connections;
      const send = (fromMs: number) => {
        current = requests++;
        template.number(current * load.eventsPerRequest);
        sentMs = fromMs;
        connection.send(template.bytes);
      };
      const next = (nowMs: number) => {
        if (Math.max(nowMs, dueMs) >= deadlineMs) return connection.close();
        const waitMs = dueMs - nowMs;
        const fromMs = gapMs === 0 ? nowMs : dueMs;
        dueMs += gapMs;
        if (waitMs > 0) setTimeout(() => send(performance.now()), waitMs);
        else send(fromMs);
      };
      const connection: Connection = openConnection(port, {
        ready: () => next(performance.now()),
        answer({ status, bytes }) {
          const nowMs = performance.now();
          latencies.add(nowMs - sentMs);
          const isKept = status < 300 && (load.wants === undefined || bytes.includes(load.wants));
          if (!isKept) {
            unanswered.push(current ?? -1);
            refusals[status] = (refusals[status] ?? 0) + 1;
          }
          current = undefined;
          next(nowMs);
        },
        end() {
          if (current !== undefined) unanswered.push(current);
          if (--open === 0) finish();
        },
      });
    };
    for (let index = 0; index < connections; index++) start(index);
  });
}

if (import.meta.main) {
  serveParent((load: Load) => runLoad(load));
  process.send?.({ ready: true });
}
