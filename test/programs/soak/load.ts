import type { Variables } from '../../../server/config/variables.ts';
import type { Fleet, Traffic } from '../../support/fleet.ts';
import { CLEAR_DOMAIN } from '../../support/fleet-messages.ts';
import { type ShopKeys, voiceVariables } from '../../support/fleet-requests.ts';
import { basic, SHOP_ORIGIN } from '../../support/shop.ts';

/** Three shops on one collector: large batches, pages' single messages, and something between. */
const SHOPS = {
  tea: { batch: 24, connections: 4, eventsPerSecond: 150, from: 0, isBrowser: false },
  shoes: { batch: 1, connections: 4, eventsPerSecond: 40, from: 10_000_000, isBrowser: true },
  books: { batch: 5, connections: 2, eventsPerSecond: 60, from: 20_000_000, isBrowser: true },
} as const;
const keysOf = (shop: string): ShopKeys => ({
  writeKey: `soak-key-of-${shop}`,
  serverKey: `soak-server-key-of-${shop}-0123456789`,
  handle: `soak-${shop}`,
});

/** Names of these shops, each with the variables that differ from the others'. */
export const SHOPS_VARIABLES: Readonly<Record<string, Variables>> = Object.fromEntries(
  Object.keys(SHOPS).map((shop) => [shop, voiceVariables(keysOf(shop))]),
);

/** Everything that is sent, and what came of it. */
export interface Load {
  traffics: readonly Traffic[];
  /** Milliseconds of every 200. */
  latenciesMs: readonly number[];
  /** Answers to bad requests that were not the promised refusal, in words. */
  problems: readonly string[];
  refusals(): number;
  stop(): Promise<void>;
}

export function startLoad(fleet: Fleet): Load {
  const latenciesMs: number[] = [];
  const onAnswer = ({ status, ms }: { status: number; ms: number }) => {
    if (status === 200) latenciesMs.push(ms);
  };
  const browser = { origin: SHOP_ORIGIN, 'user-agent': 'Mozilla/5.0 Chrome/126.0.0.0' };
  const traffics = Object.entries(SHOPS).map(([shop, { isBrowser, ...options }]) => {
    const browserHeaders = isBrowser ? browser : {};
    return fleet.traffic({ ...options, shop: keysOf(shop), browserHeaders, onAnswer });
  });
  const nuisance = startNuisance(fleet.base);
  return {
    traffics,
    latenciesMs,
    problems: nuisance.problems,
    refusals: nuisance.refusals,
    async stop() {
      await Promise.all([nuisance.stop(), ...traffics.map((traffic) => traffic.stop())]);
    },
  };
}

const bad = { event: 'Tea Poured', anonymousId: 'nobody', traits: { email: `bad@${CLEAR_DOMAIN}` } };
/** Requests that must be refused, each with the one status it is refused by. */
const BAD: readonly { status: number; body: string; headers?: Record<string, string> }[] = [
  { status: 400, body: '{"event":' },
  { status: 400, body: '[]' },
  { status: 400, body: JSON.stringify({ ...bad, anonymousId: {} }), headers: { 'x-strict-mode': '1' } },
  { status: 401, body: JSON.stringify(bad), headers: { authorization: basic('nobody’s key') } },
  { status: 403, body: JSON.stringify(bad), headers: { origin: 'https://foreign.example' } },
  { status: 413, body: JSON.stringify({ ...bad, pad: 'x'.repeat(40_000) }) },
  { status: 413, body: 'x'.repeat(600_000) },
];
const BETWEEN_MS = 150;

/** Sends what must be refused, over and over. */
function startNuisance(base: string) {
  const problems: string[] = [];
  let isStopped = false;
  let refused = 0;
  const run = async () => {
    for (let turn = 0; !isStopped; turn++) {
      const { status, body, headers } = BAD[turn % BAD.length] as (typeof BAD)[number];
      const answer = await fetch(`${base}/v1/track`, {
        method: 'POST',
        headers: { authorization: basic(keysOf('tea').writeKey), ...headers },
        body,
      }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === status) refused++;
      // None while it is down; 503 while it has too much to do.
      else if (answer && answer.status !== 503 && problems.length < 20)
        problems.push(`a bad request (${body.slice(0, 60)}) was answered ${answer.status}, not ${status}`);
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
  };
  const running = run();
  return {
    problems,
    refusals: () => refused,
    stop() {
      isStopped = true;
      return running;
    },
  };
}
