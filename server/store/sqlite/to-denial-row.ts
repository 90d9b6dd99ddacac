import { PURPOSES } from '../../../shared/consent.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import type { OrderClaim } from '../../orders/claim.ts';
import type { Denial } from '../store.ts';
import { personSubject, subjectOf, tokenDigestSubject, tokenSubject, visitorSubject } from '../subject.ts';
import type { DenialRow } from './accept-row.ts';
import { toStored } from './stored-event.ts';

/** A message that grants no purpose, as it crosses to the thread. */
export function toDenialRow(denial: Denial): DenialRow {
  const { shop, source, choice, receivedAtMs, anonymousId, userId, claim, witness } = denial;
  const { tokens = [], tokenDigests = [], emailSha256, ownMs } = denial;
  const isTrusted = source !== 'browser';
  const visitor = visitorSubject(anonymousId);
  const shown = [...tokens.map(tokenSubject), ...tokenDigests.map(tokenDigestSubject)];
  const names = isTrusted ? (claim?.names ?? []).map((name) => subjectOf('o', name)) : [];
  return {
    ...{ shop, source, choice, receivedAtMs, witness: witness ?? null, ownMs: ownMs ?? null },
    saidAtMs: Math.min(denial.saidAtMs, receivedAtMs),
    subjects: [visitor, ...(isTrusted ? [userId, emailSha256].map(personSubject) : []), ...shown, ...names],
    ...(claim && { claim: withoutPerson(claim) }),
    body: toStored(toRemains(denial)),
  };
}

const withoutPerson = ({ userId: _, ...claim }: OrderClaim): OrderClaim => claim;

/** What is kept of a page's order report that grants no purpose: neither who, nor what was bought. */
function toRemains({ shop, source, messageId, choice, saidAtMs, receivedAtMs }: Denial): ProtectedEvent {
  return {
    ...{ shop, source, messageId, type: 'track' },
    timestamp: new Date(saidAtMs).toISOString(),
    receivedAt: new Date(receivedAtMs).toISOString(),
    consent: { advertising: false, analytics: false, marketing: false },
    assumed: PURPOSES.filter((_, index) => choice[index] === '-'),
    ...{ identity: {}, context: {}, properties: {}, traits: {} },
  };
}
