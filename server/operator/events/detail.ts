import type { EventAnswer, EventStep } from '../../../shared/operator-api/index.ts';
import type { ProtectedEvent } from '../../../shared/protected-event.ts';
import { withRecord } from '../../privacy/effective-consent.ts';
import type { EventDetail } from '../../store/search.ts';
import { withAdvice } from '../advice.ts';
import { describeRecords } from '../consent-records.ts';
import { describeDelivery } from './delivery.ts';
import type { EventParts } from './parts.ts';
import { toEventRow } from './row.ts';

/** Everything known of one event: where it came from, how it is stored, and what each destination was sent and answered. */
export async function describeEvent(parts: EventParts, found: EventDetail): Promise<EventAnswer> {
  const { event, outcomes } = found;
  const { page } = event.context;
  const recorded = await parts.log.recordedOf(found.seq);
  const today = withRecord(event, recorded);
  const deliveries = [];
  for (const outcome of outcomes) deliveries.push(await describeDelivery(parts, found, today, outcome));
  return {
    row: toEventRow(parts.places, found),
    event: { ...event },
    consentToday: today.consent,
    consentRecords: describeRecords(recorded.records, [event]),
    captured: {
      source: event.source,
      ...(page?.url !== undefined && { page: page.url }),
      ...(page?.referrer !== undefined && { referrer: page.referrer }),
      ...(event.warnings && { warnings: event.warnings }),
    },
    steps: stepsOf(event),
    ...(found.evidence && {
      evidence: { ...found.evidence, ...withAdvice(found.evidence.status) },
    }),
    deliveries,
  };
}

function stepsOf(event: ProtectedEvent): EventStep[] {
  const { timestamp, receivedAt, joined = [], warnings } = event;
  return [
    { step: 'happened', at: timestamp },
    { step: 'received', at: receivedAt, ...(warnings && { warnings }) },
    { step: 'protected', at: receivedAt, hashed: hashedIn(event) },
    { step: 'stored', at: receivedAt },
    ...(joined.length > 0 ? [{ step: 'joined' as const }] : []),
  ];
}

/** Where a digest is stored in place of a value: `identity.emailSha256`, `traits.address.street_sha256`. */
function hashedIn({ identity, traits, properties, context }: ProtectedEvent): string[] {
  const found: string[] = [];
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (/(_sha256|Sha256)$/.test(name)) found.push(`${path}.${name}`);
      else walk(inner, Array.isArray(value) ? `${path}[]` : `${path}.${name}`);
    }
  };
  for (const [name, part] of Object.entries({ identity, traits, properties, context })) walk(part, name);
  return [...new Set(found)].slice(0, 100);
}
