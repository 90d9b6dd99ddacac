import type { RequestHandler } from 'express';
import { HttpError } from '../http/errors.ts';
import { redactId } from '../privacy/redact.ts';

const SHA256 =
  'the SHA-256 in hex instead: of an email trimmed and in lower case, of a phone number as +886912345678.';

/** @param field of the query. */
export const clearQuery = (field: string): HttpError =>
  new HttpError(
    400,
    'malformed-body',
    'The address holds a clear email or phone number, and addresses are logged.',
    {
      details: [`${field}: send email= or phone= with ${SHA256}`],
    },
  );

export const clearPath = (): HttpError =>
  new HttpError(
    400,
    'malformed-body',
    'The path holds a clear email or phone number, and paths are logged.',
    {
      details: [
        `Send ${SHA256}`,
        'For example: printf %s lin@shop.example | sha256sum',
        'An id that only contains one may be named as it is in the body: {"ids": ["…"]}.',
      ],
    },
  );

const holdsEmail = (text: string) => redactId(text) !== text;

/**
 * Refuses every address that holds a clear email: proxies on the way log addresses. No order, message or visitor is stored
 * under one, so nothing is missed. Phone numbers are looked for where an id of a person is expected: an order's number can
 * look like one.
 */
export const refuseClearAddresses: RequestHandler = ({ path, query }, _response, next) => {
  for (const [field, value] of Object.entries(query))
    if ([value].flat().some((text) => holdsEmail(String(text)))) return next(clearQuery(field));
    else if (holdsEmail(field)) return next(clearQuery('(name)'));
  next(path.split('/').some((part) => holdsEmail(decoded(part))) ? clearPath() : undefined);
};

/** What cannot be decoded is refused by the router. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
