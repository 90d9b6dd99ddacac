import { hash } from 'node:crypto';

const MAX_LENGTH = 128;

/** A token as the tables keep it. Several of them do, so of a long one it is the digest. Of a key it is the same key. */
export const tokenKey = (token: string): string =>
  token.length <= MAX_LENGTH ? token : hash('sha256', token, 'base64url');
