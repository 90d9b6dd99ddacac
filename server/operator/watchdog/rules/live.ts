import { notice } from '../../../../shared/advice/notice.ts';
import type { AlertRule } from '../../../../shared/alert-rules.ts';
import { OVERDUE_MS } from '../../../store/waiting.ts';
import type { State } from '../figures.ts';
import type { Finding, Subject } from '../finding.ts';

/** The rules that this file has; they look at the process every minute. */
export const LIVE_RULES = [
  'token-expires',
  'token-refused',
  'deliveries-refused',
  'webhooks-silent',
  'platform-orders-absent',
  'clock-off',
  'oldest-event-waits',
  'disk-nearly-full',
] as const satisfies readonly AlertRule[];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const GB = 1e9;

/** A refusal that the next probe does not repeat is no alert. */
const REFUSED_MS = 2 * MINUTE_MS;
/** Of what is settled in an hour, and so many at least. */
const REFUSED_SHARE = 0.5;
const LEAST_REFUSED = 3;
const EXPIRES_MS = 7 * DAY_MS;
/** Of its life. Tokens are renewed after four fifths: by now that has failed for a while. */
const RENEWED_EXPIRES_SHARE = 0.1;
const LEAST_PROVISIONAL = 3;
/** The dates of answers are whole seconds. */
const ANSWERS_OFF_MS = MINUTE_MS;
/** Clocks of visitors are often minutes off; their median is not. */
const MESSAGES_OFF_MS = 5 * MINUTE_MS;
/** While it is open it ends below this share of a limit: a value at the limit is one incident. */
const HYSTERESIS = 0.7;

/** @param isOpen whether there is an incident about the subject. */
export function findLive(state: State, isOpen: (subject: Subject) => boolean): Finding[] {
  return [
    ...state.tokens.flatMap((token) => tokenExpires(token, state.nowMs)),
    ...state.destinations.flatMap((one) => ofDestination(one, state.nowMs)),
    ...state.destinations.flatMap((one) =>
      refused(one, isOpen({ rule: 'deliveries-refused', ...placeOf(one) })),
    ),
    ...state.orders.flatMap(ofOrders),
    ...clockOff(state.clock, isOpen({ rule: 'clock-off' })),
    ...diskNearlyFull(state.disk, isOpen({ rule: 'disk-nearly-full' })),
  ];
}

function tokenExpires(
  { shop, destination, variable, expiresAtMs, lifeMs }: State['tokens'][number],
  nowMs: number,
): Finding[] {
  const leftMs = expiresAtMs - nowMs;
  if (leftMs > (lifeMs === undefined ? EXPIRES_MS : lifeMs * RENEWED_EXPIRES_SHARE)) return [];
  const words = notice(leftMs > 0 ? 'token-expires' : 'token-expired', {
    variable,
    expiryAt: new Date(expiresAtMs).toISOString(),
  });
  const severity = leftMs > DAY_MS ? 'warning' : 'error';
  return [{ rule: 'token-expires', shop, destination, severity, ...words }];
}

function ofDestination(
  { shop, destination, pausedSinceMs, waiting, oldestAgeMs }: State['destinations'][number],
  nowMs: number,
): Finding[] {
  const findings: Finding[] = [];
  const place = { shop, destination, severity: 'error' } as const;
  if (pausedSinceMs !== undefined && nowMs - pausedSinceMs >= REFUSED_MS) {
    findings.push({ rule: 'token-refused', ...place, ...notice('token-refused', { waiting }) });
  }
  if (oldestAgeMs >= OVERDUE_MS) {
    const days = Math.floor(oldestAgeMs / DAY_MS);
    findings.push({
      rule: 'oldest-event-waits',
      ...place,
      ...notice('oldest-event-waits', { waiting, days }),
    });
  }
  return findings;
}

const placeOf = ({ shop, destination }: State['destinations'][number]) => ({ shop, destination });

/**
 * It needs no baseline: the API refuses more than it accepts. What was before three deliveries in a row is over, however
 * much of the hour it was.
 */
function refused(one: State['destinations'][number], isOpen: boolean): Finding[] {
  const { delivered, dead } = one.settled;
  const isAccepted = one.deadSinceAccepted !== undefined && one.deadSinceAccepted < LEAST_REFUSED;
  const isMost = dead >= LEAST_REFUSED && dead >= REFUSED_SHARE * (dead + delivered);
  if (isAccepted || !(isOpen || isMost)) return [];
  const words = notice('deliveries-refused', { value: dead, delivered });
  return [{ rule: 'deliveries-refused', ...placeOf(one), severity: 'error', ...words }];
}

function ofOrders({ shop, ordersFrom, isSilent, provisional }: State['orders'][number]): Finding[] {
  const findings: Finding[] = [];
  if (isSilent) {
    const words = notice(ordersFrom === 'platform' ? 'webhooks-silent' : 'backend-silent', {});
    findings.push({ rule: 'webhooks-silent', shop, severity: 'error', ...words });
  }
  if (provisional >= LEAST_PROVISIONAL) {
    const words = notice('platform-orders-absent', { value: provisional });
    findings.push({ rule: 'platform-orders-absent', shop, severity: 'warning', ...words });
  }
  return findings;
}

/** Anybody can send messages with a wrong time: they count only where no destination answers. */
function clockOff({ answersMs, messagesMs }: State['clock'], isOpen: boolean): Finding[] {
  const [offMs, limitMs] =
    answersMs === undefined ? [messagesMs ?? 0, MESSAGES_OFF_MS] : [answersMs, ANSWERS_OFF_MS];
  if (Math.abs(offMs) < limitMs * (isOpen ? HYSTERESIS : 1)) return [];
  const seconds = Math.round(Math.abs(offMs) / 1000);
  const words = notice(offMs > 0 ? 'clock-ahead' : 'clock-behind', { seconds });
  return [{ rule: 'clock-off', severity: 'error', ...words }];
}

const toGb = (bytes: number) => Math.round(bytes / (GB / 10)) / 10;

/** A twentieth of the disk, but between 1 and 10 GB; of small disks a tenth. */
function diskNearlyFull(disk: State['disk'], isOpen: boolean): Finding[] {
  if (!disk) return [];
  const { freeBytes, totalBytes } = disk;
  const least = Math.min(1 * GB, totalBytes / 10);
  const limit = Math.max(least, Math.min(10 * GB, totalBytes / 20));
  if (freeBytes >= limit / (isOpen ? HYSTERESIS : 1)) return [];
  const severity = freeBytes < limit / 4 ? 'error' : 'warning';
  const words = notice('disk-nearly-full', { freeGb: toGb(freeBytes), totalGb: toGb(totalBytes) });
  return [{ rule: 'disk-nearly-full', severity, ...words }];
}
