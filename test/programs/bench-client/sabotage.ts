import { randomBytes } from 'node:crypto';

/** One way to break a promise on purpose. */
export interface Sabotage {
  /** What is no longer true. */
  broken: string;
  /** What becomes of a script of ours before it is measured. */
  spoil(code: Buffer): Buffer;
}

/** `s.js` itself is never touched: each of these is served, or weighed, in its place. */
export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  oversize: {
    broken: 'a script of ours carries four kilobytes more',
    spoil: (code) => Buffer.concat([code, Buffer.from(`//${randomBytes(4096).toString('base64')}`)]),
  },
  'no-beacon': {
    broken: 'a page that goes away takes its last messages with it',
    spoil: (code) => Buffer.concat([Buffer.from('navigator.sendBeacon=()=>!0;'), code]),
  },
  busy: {
    broken: 'the snippet holds the page up for a tenth of a second',
    spoil: (code) => Buffer.concat([Buffer.from('for(const t=Date.now();Date.now()-t<100;);'), code]),
  },
};
