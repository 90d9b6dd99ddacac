import { nextKeys, remove } from './batch.ts';
import { options } from './config.ts';
import { forgetAgain } from './identity.ts';
import { toJson } from './json.ts';
import { emit } from './notices.ts';
import { guard } from './page.ts';
import { recall, remember, store, write } from './storage.ts';

/** Until when no tab may send, in milliseconds: one is sending, or the collector asked for a pause. */
const WAIT = '_sb_w';
const TIMEOUT_MS = 5000;
/** 2⁸ seconds: the longest pause is four minutes. */
const MAX_DOUBLINGS = 8;
const MANY = 500;

let failures = 0;
let sentByBeacon: string[] = [];

const url = () => `${options.endpoint || options.base}/v1/b`;
const mustWait = (toleranceMs: number) => +(store[WAIT] as string) > Date.now() + toleranceMs;
const wait = (delayMs: number) => write(WAIT, Date.now() + delayMs);
/** Concatenated: the stored messages are JSON, and a shop may have changed how arrays are serialized. */
const body = (keys: string[], lost?: number) =>
  `{"batch":[${keys.map((key) => store[key])}],${toJson({ sentAt: new Date(), writeKey: options.key, lost }).slice(1)}`;

/**
 * Sends what fits one request, by XMLHttpRequest because shops patch `fetch`. The body is text/plain, which needs no
 * preflight.
 *
 * @param claimMs how long other tabs wait for this one, where there are no locks.
 */
const post = (done: () => void, claimMs = 0) => {
  const keys = nextKeys([]).slice(0, failures ? 1 : MANY);
  if (!keys[0] || mustWait(0)) return done();
  if (claimMs) wait(claimMs);
  const sent = body(keys, recall().lost);
  const request = new XMLHttpRequest();
  request.onloadend = guard(() => {
    const { status } = request;
    if (status === 200 || (!keys[1] && (status === 400 || status === 413))) {
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
    done();
    emit('answer', status, request.responseText, sent);
  });
  request.open('POST', url());
  request.timeout = TIMEOUT_MS;
  // From a frame without an origin, a request with credentials never gets an answer.
  request.withCredentials = origin !== 'null';
  request.send(sent);
};

/** Without locks (plain http, older browsers), tabs share a claim in localStorage. */
const postAlone = guard(() => post(() => {}, TIMEOUT_MS));

/** Sends, unless another tab is sending. A lock ends with its page, so a closed page never blocks the next. */
export const flush = () => {
  const { locks } = navigator;
  if (!nextKeys([])[0]) return;
  if (locks)
    locks
      .request(WAIT, { ifAvailable: true }, (lock) => lock && new Promise<void>((done) => post(done)))
      .catch(postAlone);
  else postAlone();
};

/** Sends by beacon, on leaving, what no beacon has sent before. Ignores another tab's claim, but not a longer pause. */
export const leave = () => {
  const keys = nextKeys(sentByBeacon);
  if (!keys[0] || mustWait(TIMEOUT_MS)) return;
  sentByBeacon = sentByBeacon.concat(keys);
  navigator.sendBeacon(url(), body(keys));
};
