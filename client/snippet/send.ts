import { nextKeys, remove } from './batch.ts';
import { options } from './config.ts';
import { forgetAgain } from './identity.ts';
import { emit } from './notices.ts';
import { guard } from './page.ts';
import { recall, remember, store, write } from './storage.ts';

/** Until when no tab may send: because one is sending, or because the collector wants a rest. */
const WAIT = '_sb_w';
/** How long an answer may take. */
const TIMEOUT_MS = 5000;
/** 2⁸ seconds: the longest pause is a good four minutes. */
const MAX_DOUBLINGS = 8;
const MANY = 500;

let failures = 0;
let sentByBeacon: string[] = [];

const url = () => `${options.endpoint || options.base}/v1/b`;
const mustWait = (toleranceMs: number) => +(store[WAIT] as string) > Date.now() + toleranceMs;
const wait = (delayMs: number) => write(WAIT, Date.now() + delayMs);
/** Joined rather than built anew: what lies there is JSON already, and a shop may have bent how arrays become text. */
const body = (keys: string[], lost = 0) =>
  `{"batch":[${keys.map((key) => store[key])}],"sentAt":"${new Date().toJSON()}","writeKey":"${options.key}","lost":${lost}}`;

/**
 * Sends what fits one request. XMLHttpRequest rather than `fetch`, which shops patch. The body goes as text/plain, so
 * no preflight goes ahead of it.
 *
 * @param claimMs how long other tabs leave it to us, where no lock tells them.
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
      // Not a moment: the clock may be set back.
      remove(WAIT);
      remember({ lost: 0 });
    } else {
      failures++;
      wait(
        +(request.getResponseHeader('Retry-After') as string) * 1000 ||
          Math.random() * 1000 * 2 ** Math.min(failures, MAX_DOUBLINGS),
      );
    }
    forgetAgain();
    done();
    emit('answer', status, request.responseText, sent);
  });
  request.open('POST', url());
  request.timeout = TIMEOUT_MS;
  // A frame without an origin may not send any, and with them would never see an answer.
  request.withCredentials = origin !== 'null';
  request.send(sent);
};

/** Where no lock is to be had (plain http, old browsers), a claim in the storage that all tabs share does instead. */
const postAlone = guard(() => post(() => {}, TIMEOUT_MS));

/** Sends, unless another tab is at it. A lock goes with its page, so a page that was left never holds up the next. */
export const flush = () => {
  const { locks } = navigator;
  if (!nextKeys([])[0]) return;
  if (locks)
    locks
      .request(WAIT, { ifAvailable: true }, (lock) => lock && new Promise<void>((done) => post(done)))
      .catch(postAlone);
  else postAlone();
};

/** The page goes away: a beacon takes what no beacon took before. A claim does not hold it back, a longer rest does. */
export const leave = () => {
  const keys = nextKeys(sentByBeacon);
  if (!keys[0] || mustWait(TIMEOUT_MS)) return;
  sentByBeacon = sentByBeacon.concat(keys);
  navigator.sendBeacon(url(), body(keys));
};
