/** Where the program counts what happened. Labels are a closed set: reasons, destination, shop. Never a value. */
export interface Counters {
  count(name: CounterName, labels?: Readonly<Record<string, string>>, by?: number): void;
  /** Everything counted so far, for the status page and for tests. */
  snapshot(): { name: CounterName; labels: Record<string, string>; value: number }[];
}

export type CounterName =
  | 'messages_accepted'
  | 'messages_duplicate'
  | 'messages_rejected'
  | 'messages_skipped'
  | 'fields_dropped'
  | 'requests_refused'
  | 'deliveries'
  | 'deliveries_skipped'
  | 'deliveries_retried'
  | 'dead_letters'
  | 'possible_duplicates'
  | 'destination_alerts';

export function createCounters(): Counters {
  const values = new Map<string, { name: CounterName; labels: Record<string, string>; value: number }>();
  return {
    count(name, labels = {}, by = 1) {
      if (by === 0) return;
      const key = `${name} ${JSON.stringify(labels)}`;
      const found = values.get(key);
      if (found) found.value += by;
      else values.set(key, { name, labels: { ...labels }, value: by });
    },
    snapshot: () => [...values.values()].map((row) => ({ ...row, labels: { ...row.labels } })),
  };
}
