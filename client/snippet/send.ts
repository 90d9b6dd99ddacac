import { remove, take } from './batch.ts';
import { base, options } from './config.ts';
import { guard } from './page.ts';
import { box, parse, write } from './storage.ts';

/** Until when no tab may send: because one is sending, or because the collector wants a rest. */
const WAIT = '_sb_w';
/** How long an answer may take before another tab tries. */
const CLAIM_MS = 5000;
/** 2⁸ seconds: the longest pause is a good four minutes. */
const MAX_DOUBLINGS = 8;
const MANY = 500;

let failures = 0;
let beamed: string[] = [];

const url = `${options.endpoint || base}/v1/b`;
const mustWait = (patienceMs: number) => +(box[WAIT] as string) > Date.now() + patienceMs;
const wait = (delayMs: number) => write(WAIT, Date.now() + delayMs);
const body = (keys: string[]) =>
  JSON.stringify({
    batch: keys.map((key) => parse(box[key])),
    sentAt: new Date(),
    writeKey: options.key,
  });

/**
 * Sends what fits one request, unless somebody is at it. XMLHttpRequest rather than `fetch`, which shops patch. The
 * body goes as text/plain, so no preflight goes ahead of it.
 */
export const flush = () => {
  const keys = take([]).slice(0, failures ? 1 : MANY);
  if (!keys[0] || mustWait(0)) return;
  wait(CLAIM_MS);
  const request = new XMLHttpRequest();
  request.onloadend = guard(() => {
    const { status } = request;
    if (status === 200 || (!keys[1] && (status === 400 || status === 413))) {
      keys.forEach(remove);
      failures = 0;
      wait(0);
    } else {
      failures++;
      wait(
        +(request.getResponseHeader('Retry-After') as string) * 1000 ||
          Math.random() * 1000 * 2 ** Math.min(failures, MAX_DOUBLINGS),
      );
    }
  });
  request.open('POST', url);
  request.timeout = CLAIM_MS;
  request.withCredentials = true;
  request.send(body(keys));
};

/** The page goes away: a beacon takes what no beacon took before. A claim does not hold it back, a longer rest does. */
export const leave = () => {
  const keys = take(beamed);
  if (!keys[0] || mustWait(CLAIM_MS)) return;
  beamed = beamed.concat(keys);
  navigator.sendBeacon(url, body(keys));
};
