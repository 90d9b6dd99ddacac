import type { Http, HttpResponse } from '../lib/http-client.ts';

/** How far our clock is ahead of others' in ms, as the median of those of the last half hour; absent where there are too few. */
export interface Offsets {
  answersMs?: number;
  messagesMs?: number;
}

export interface ClockOffsets {
  /** Reads the `Date` of every answer. */
  watch(http: Http): Http;
  /** A message on its way: when it left by its sender's clock, and when it came by ours; epoch ms. */
  ofMessage(sentAtMs: number, receivedAtMs: number): void;
  read(nowMs: number): Offsets;
}

interface Sample {
  atMs: number;
  offsetMs: number;
}

const MOST_SAMPLES = 500;
const FRESH_MS = 30 * 60_000;
const LEAST_ANSWERS = 5;
const LEAST_MESSAGES = 30;

/** How far our clock is ahead of that of the server that answered; undefined where the answer has no date. */
export function aheadOfMs({ headers }: HttpResponse, nowMs: number): number | undefined {
  const theirs = Date.parse(headers.date ?? '');
  return Number.isNaN(theirs) ? undefined : nowMs - theirs;
}

/** Compares our clock with the clocks of those we speak with. */
export function createClockOffsets(now: () => number): ClockOffsets {
  const answers = createSamples();
  const messages = createSamples();
  return {
    watch: (http) => async (request) => {
      const response = await http(request);
      const atMs = now();
      const offsetMs = aheadOfMs(response, atMs);
      if (offsetMs !== undefined) answers.add({ atMs, offsetMs });
      return response;
    },
    ofMessage: (sentAtMs, receivedAtMs) =>
      messages.add({ atMs: receivedAtMs, offsetMs: receivedAtMs - sentAtMs }),
    read(nowMs) {
      const [answersMs, messagesMs] = [
        answers.median(nowMs, LEAST_ANSWERS),
        messages.median(nowMs, LEAST_MESSAGES),
      ];
      return {
        ...(answersMs !== undefined && { answersMs }),
        ...(messagesMs !== undefined && { messagesMs }),
      };
    },
  };
}

/** The latest, in a ring: adding one costs nothing that grows. */
function createSamples() {
  const ring: Sample[] = [];
  let next = 0;
  return {
    add(sample: Sample): void {
      ring[next] = sample;
      next = (next + 1) % MOST_SAMPLES;
    },
    median(nowMs: number, least: number): number | undefined {
      const fresh = ring.filter(({ atMs }) => Math.abs(nowMs - atMs) <= FRESH_MS);
      if (fresh.length < least) return undefined;
      return fresh.map(({ offsetMs }) => offsetMs).sort((a, b) => a - b)[Math.floor(fresh.length / 2)];
    },
  };
}
