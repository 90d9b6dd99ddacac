import { notice } from '../../../../shared/advice/notice.ts';
import { EVENT_NAMES } from '../../../../shared/names.ts';
import { editDistance } from '../../../lib/edit-distance.ts';
import type { ShopFigures } from '../figures.ts';
import type { Finding } from '../finding.ts';
import { DAY_HOURS, sumHours } from '../hours.ts';

const LEAST_EVENTS = 3;
const MOST_EDITS = 2;
const MOST_NAMED = 5;
const STANDARD: ReadonlySet<string> = new Set(EVENT_NAMES);
const plain = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
/** The first letter of each word. */
const initials = (name: string) =>
  name
    .replace(/([a-z])([A-Z])|[^A-Za-z]+/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .map((word) => word.charAt(0))
    .join('');
const PLAIN_NAMES = EVENT_NAMES.map((name) => ({ name, text: plain(name), initials: initials(name) }));

/**
 * Names that are no standard ones, and within an edit of one, or two where the words begin with the same letters. They hold
 * nothing else that a sender chose.
 */
export function findNearMiss(
  { names, shop }: Pick<ShopFigures, 'names' | 'shop'>,
  toHour: number,
): Finding[] {
  const near = Object.entries(names).flatMap(([name, hours]) => {
    if (STANDARD.has(name) || name.length > 60) return [];
    const count = sumHours(hours, toHour - DAY_HOURS, toHour);
    const meant = count >= LEAST_EVENTS ? nearestOf(name) : undefined;
    return meant === undefined ? [] : [{ name, meant, count }];
  });
  if (near.length === 0) return [];
  const named = near.slice(0, MOST_NAMED).map(({ name, meant }) => `"${name}" → ${meant}`);
  const value = near.reduce((sum, { count }) => sum + count, 0);
  const words = notice('event-name-unknown', { value, names: named.join(', ') });
  return [{ rule: 'event-name-unknown', shop, severity: 'warning', ...words }];
}

function nearestOf(name: string): string | undefined {
  const [text, starts] = [plain(name), initials(name)];
  const near = PLAIN_NAMES.filter(({ text: known }) => Math.abs(known.length - text.length) <= MOST_EDITS)
    .map((known) => ({ ...known, edits: editDistance(text, known.text) }))
    .filter((known) => known.edits <= (known.initials === starts ? MOST_EDITS : 1));
  return near.toSorted((a, b) => a.edits - b.edits)[0]?.name;
}
