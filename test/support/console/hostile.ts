/** Would set a property of the window, each part in its own way, if it were read as markup. */
export const PAYLOAD = `"><img src=x onerror="window.readAsMarkup=1"><script>window.readAsMarkup=1</script>{{7*7}}`;

/** Fields whose values come from a closed list, or are times: everything else can be anything. */
const CLOSED = new Set(
  (
    'shop state outcome breaker severity status step payloadState source sources ordersFrom stage currency at receivedAt timestamp ' +
    'oldestAt newestAt since until lastSentAt nextAttemptAt from to day days times timeZone consent destination'
  ).split(' '),
);

/** The same answer with markup in every text, names of attributes and click ids included. */
export function hostile(value: unknown, key = ''): unknown {
  if (CLOSED.has(key)) return value;
  if (typeof value === 'string') return `${PAYLOAD}${value}`;
  if (Array.isArray(value)) return value.map((one) => hostile(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hostile(one, name)]));
}
