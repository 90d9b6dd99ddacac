/**
 * Times as senders write them. Every time that arrives is read here: of messages, batches, webhooks and polled orders.
 */
interface Reading {
  ms: number;
  /** False where no offset is stated: it was read as UTC. */
  isZoned: boolean;
}

/** No time is written in more characters. */
const MAX_LENGTH = 100;
/**
 * 2001-09-09, from which on epoch milliseconds have thirteen digits. What is before it says that no time was set (year 1,
 * 1970, a clock that was reset), and destinations take it for seconds or refuse it.
 */
export const EARLIEST_MS = 1e12;

/**
 * Epoch ms of a time: ISO 8601 in all its spellings, RFC 1123 and 2822, JavaScript's own text, or epoch seconds,
 * milliseconds, micro- and nanoseconds as number or text, which their digits tell apart from 2001 to 2286. Without an
 * offset it is UTC.
 *
 * @returns undefined for what is no time, for impossible ones (month 13), and for those before 2001-09-09.
 */
export const readTime = (value: unknown): number | undefined => read(value)?.ms;

/** As `readTime`; undefined also for a time without an offset, which could be hours off. */
export function readZonedTime(value: unknown): number | undefined {
  const reading = read(value);
  return reading?.isZoned ? reading.ms : undefined;
}

function read(value: unknown): Reading | undefined {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined;
  const text = value.trim();
  if (NUMBER.test(text)) return ofNumber(Number(text));
  const reading = ofDate(text, ISO) ?? ofDate(text, MAIL) ?? ofDate(text, JAVASCRIPT);
  return reading && reading.ms >= EARLIEST_MS ? reading : undefined;
}

const NUMBER = /^\d{10,19}(?:\.\d+)?$/;
/** The least number of each unit, 2001-09-09, and its milliseconds. Up to ten times that, in 2286, a number is of this unit. */
const UNITS = [
  [1e9, 1_000],
  [1e12, 1],
  [1e15, 1e-3],
  [1e18, 1e-6],
] as const;

function ofNumber(value: number): Reading | undefined {
  const unit = UNITS.find(([least]) => value >= least && value < least * 10);
  return unit && { ms: Math.floor(value * unit[1]), isZoned: true };
}

/** Also basic (`20261128T220000Z`), with a comma, with a space, in lower case, and as one SDK writes it (`…123:Z`). */
const ISO =
  /^(?<year>\d{4})(?<dash>-?)(?<month>\d\d)\k<dash>(?<day>\d\d)(?:(?:T| )(?<hour>\d\d)(?::?(?<minute>\d\d)(?::?(?<second>\d\d)(?:[.,:](?<fraction>\d+))?)?)?)?:? ?(?<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
/** `Sat, 28 Nov 2026 22:00:00 GMT`, with or without its day of the week, with an offset, with a comment. */
const MAIL =
  /^(?:[a-z]{3},? )?(?<day>\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\d{4}) (?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d))?(?: (?<zone>Z|UTC?|GMT|[+-]\d\d:?\d\d))?(?: \([^()]*\))?$/i;
/** `Sat Nov 28 2026 22:00:00 GMT+0000 (Coordinated Universal Time)` */
const JAVASCRIPT =
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>\d\d) (?<year>\d{4}) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d) GMT(?<zone>[+-]\d{4})(?: \([^()]*\))?$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function ofDate(text: string, form: RegExp): Reading | undefined {
  const parts = form.exec(text)?.groups;
  if (!parts) return undefined;
  const { year, month = '', day, hour = 0, minute = 0, second = 0, fraction = '', zone } = parts;
  const named = MONTHS.indexOf(month.toLowerCase()) + 1;
  const date = [Number(year), (named || Number(month)) - 1, Number(day)] as const;
  const time = [Number(hour), Number(minute), Number(second)] as const;
  const offset = offsetMinutes(zone);
  if (!isDate(...date) || !isTimeOfDay(...time) || offset === undefined) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { ms: Date.UTC(...date, ...time, ms) - offset * 60_000, isZoned: zone !== undefined };
}

const isDate = (year: number, month: number, day: number) =>
  year >= 1000 &&
  month >= 0 &&
  month < 12 &&
  day >= 1 &&
  day <= new Date(Date.UTC(year, month + 1, 0)).getUTCDate();

/** Midnight may be written as 24:00, and a leap second as :60. */
const isTimeOfDay = (hour: number, minute: number, second: number) =>
  (hour < 24 && minute < 60 && second <= 60) || (hour === 24 && minute === 0 && second === 0);

/** Undefined for one that no place on earth has. */
function offsetMinutes(zone = 'Z'): number | undefined {
  const digits = /^([+-])(\d\d):?(\d\d)?$/.exec(zone);
  if (!digits) return 0;
  const [, sign, hours, minutes = 0] = digits;
  const offset = Number(hours) * 60 + Number(minutes);
  if (offset > 14 * 60 || Number(minutes) > 59) return undefined;
  return sign === '-' ? -offset : offset;
}
