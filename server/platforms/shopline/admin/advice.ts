import type { ErrorKind } from '../../../destinations/shopline/errors.ts';

/**
 * What an operator has to fix before any call succeeds.
 *
 * @param scopes those the call needs, for example `write_marketing_event`.
 * @returns undefined where nothing is wrong with the set-up: the request is wrong, or SHOPLINE is busy.
 */
export function adviceFor(kind: ErrorKind, scopes: string): string | undefined {
  const advice: Partial<Record<ErrorKind, string>> = {
    unauthorized: 'SHOPLINE rejected the access token: set SHOPLINE_ACCESS_TOKEN to a valid one',
    forbidden: `the access token lacks a scope: give its app ${scopes}`,
    frozen: 'the SHOPLINE store is frozen',
    locked: 'the SHOPLINE store is locked',
    redirect: 'SHOPLINE answered with a redirect: check SHOPLINE_ENDPOINT',
    'not-found': 'not found at SHOPLINE: check SHOPLINE_HANDLE, SHOPLINE_ENDPOINT and SHOPLINE_API_VERSION',
    blocked: 'SHOPLINE blocks the IP address of this server',
  };
  return advice[kind];
}
