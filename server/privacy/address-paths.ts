import { memoize } from '../lib/cache.ts';

const USER = /^((?:[a-z][a-z0-9+.-]{0,30}:)?\\?\/\\?\/)[^/?#\s]*@/i;
/** A query string or fragment whose first character is percent-encoded, so that it is part of the path. */
const ENCODED_QUERY = /%(?:25)*(?:3F|23|3B)/i;
const HAS_VALUE = /=|%(?:25)*3D/i;

/** After these a path goes on with a secret: `/reset/<token>`, `/account/activate/<id>/<token>`. */
const SECRET_FOLLOWS =
  /^(?:reset|password|passwd|activate|activation|verify|verification|invite|invitation|magic|unsubscribe|token|secret|recover|recovery|otp)$/i;
/** After these it may: only what has the form of a token is one. */
const SECRET_MAY_FOLLOW =
  /^(?:confirm|confirmation|session|login|signin|auth|oauth|sso|access|key|apikey|share)$/i;
const ANY_WORD =
  /reset|passw|activat|verif|invit|magic|unsubscribe|token|secret|recover|otp|confirm|session|login|signin|auth|sso|access|key|share|eyJ/i;
/** Between the two. */
const GOES_ON = /^(?:accept|complete|confirm|edit|email|new|now|account|user)?$/i;
/** A word of a path, as people write them. */
const PLAIN = /^[A-Za-z]?[a-z]{0,31}(?:[-_.][a-z]{1,31}){0,8}$/;
const TOKEN = /^(?=.{0,200}\d)(?=.{0,200}[a-z])\S{16,}$/i;
const SIGNED_TOKEN = /^eyJ[\w-]{4,}\./;

/**
 * The part of an address before its query string, without the name and password of a user, without parameters
 * (`;jsessionid=…`), and with `[removed]` in place of what follows a word like `reset`.
 */
export const cleanPath = memoize(5_000, (path) => {
  let clean = path.includes('@') ? path.replace(USER, '$1') : path;
  if (clean.includes(';')) clean = clean.replace(/;[^/]*/g, '');
  if (clean.includes('%')) clean = withoutEncodedQuery(clean);
  return ANY_WORD.test(clean) ? withoutSecrets(clean) : clean;
});

function withoutEncodedQuery(path: string): string {
  const start = path.search(ENCODED_QUERY);
  return start >= 0 && HAS_VALUE.test(path.slice(start)) ? path.slice(0, start) : path;
}

function withoutSecrets(path: string): string {
  let follows: RegExp | undefined;
  const host = /^(?:[a-z][a-z0-9+.-]{0,30}:)?\/\/[^/]*/i.exec(path)?.[0] ?? '';
  const segments = path.slice(host.length).split('/');
  const clean = segments.map((segment) => {
    const isSecret =
      SIGNED_TOKEN.test(segment) ||
      (follows === SECRET_FOLLOWS && segment !== '' && !PLAIN.test(segment)) ||
      (follows === SECRET_MAY_FOLLOW && TOKEN.test(segment));
    if (isSecret) return '[removed]';
    if (follows && GOES_ON.test(segment)) return segment;
    const words = segment.split(/[-_.]/, 10);
    follows = [SECRET_FOLLOWS, SECRET_MAY_FOLLOW].find((kind) => words.some((word) => kind.test(word)));
    return segment;
  });
  return host + clean.join('/');
}
