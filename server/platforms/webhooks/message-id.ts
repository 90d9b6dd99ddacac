import { sha256 } from '../../privacy/hash.ts';

const PLAIN = /^[\w.:-]{1,80}$/;

/** The id of a message told by a webhook: the same however often it is told. */
export const messageIdOf = (sender: 'shopline' | 'customerio', id: string) =>
  `${sender}:${PLAIN.test(id) ? id : sha256(id)}`;
