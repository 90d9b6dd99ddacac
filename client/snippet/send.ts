import { nextKeys, read, remove } from './batch.ts';
import { options } from './config.ts';
import { forgetAgain } from './identity.ts';
import { toJson } from './json.ts';
import { emit } from './notices.ts';
import { guard } from './page.ts';
import { recall, remember, store, write } from './storage.ts';

/** Until when no tab may send, in milliseconds: one is sending, or the collector asked for a pause. */
const WAIT = '_sb_w';
const TIMEOUT_MS = 5000;
/** Whatever the collector asks for, and whatever the clock does meanwhile. */
const MAX_PAUSE_MS = 256_000;
/** 2⁸ seconds. */
const MAX_DOUBLINGS = 8;
const MANY = 500;
/** Status and text that only the collector answers: offline pages, fallbacks and blockers answer 200 as well. */
const ANSWER = /^(200{.*"accepted":\d|4(00|13){.*"code":")/;

let failures = 0;
let sentByBeacon: string[] = [];

const url = () => `${options.endpoint || options.base}/v1/b`;
const mustWait = (toleranceMs: number) => {
  const leftMs = (store[WAIT] as unknown as number) - Date.now();
  return leftMs > toleranceMs && leftMs <= MAX_PAUSE_MS;
};
const wait = (delayMs: number) => write(WAIT, Date.now() + Math.min(delayMs, MAX_PAUSE_MS));
/** Concatenated: the stored messages are JSON. */
const body = (keys: string[], lost?: number) =>
  `{"batch":[${keys.map(read)}],${toJson({ sentAt: new Date(), writeKey: options.key, lost }).slice(1)}`;

/**
 * Sends what fits one request, unless another tab is sending. By XMLHttpRequest because shops patch `fetch`. The body is
 * text/plain, which needs no preflight.
 */
export const flush = () => {
  const keys = nextKeys([]).slice(0, failures ? 1 : MANY);
  if (!keys[0] || mustWait(0)) return;
  wait(TIMEOUT_MS);
  const sent = body(keys, recall().lost);
  const request = new XMLHttpRequest();
  request.onloadend = guard(() => {
    const { status, responseText } = request;
    if (ANSWER.test(status + responseText) && (status === 200 || !keys[1])) {
      keys.forEach(remove);
      failures = 0;
      // Removed rather than set to now: the clock may be set back.
      remove(WAIT);
      remember({ lost: 0 });
    } else {
      failures++;
      wait(
        1000 *
          (+(request.getResponseHeader('Retry-After') as string) ||
            Math.random() * 2 ** Math.min(failures, MAX_DOUBLINGS)),
      );
    }
    forgetAgain();
    emit('answer', status, responseText, sent);
  });
  request.open('POST', url());
  request.timeout = TIMEOUT_MS;
  // From a frame without an origin, a request with credentials never gets an answer.
  request.withCredentials = origin !== 'null';
  request.send(sent);
};

/** Sends by beacon, on leaving, what no beacon has sent before. Ignores another tab's claim, but not a longer pause. */
export const leave = (keys = nextKeys(sentByBeacon)) => {
  // The next page does not wait for a request that ends with this one.
  if (mustWait(TIMEOUT_MS) || !remove(WAIT) || !keys[0]) return;
  sentByBeacon = sentByBeacon.concat(keys);
  navigator.sendBeacon(url(), body(keys));
};
