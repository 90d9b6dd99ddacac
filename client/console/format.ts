/** Numbers, amounts and times in the reader's language and time zone. */
export interface Format {
  number(value: number, digits?: number): string;
  /** 0.974 → 97.4 % */
  percent(share: number): string;
  /** An amount with its currency; a bare number where the currency is absent or unknown. */
  money(value: number, currency?: string): string;
  /** Day and time to the second. */
  time(at: string | number): string;
  /** Time of the day alone. */
  clock(at: string | number): string;
  day(at: string | number): string;
  /** Milliseconds as "850 ms", "4.2 s", "3 min", "5 h", "2 d". */
  duration(ms: number): string;
  bytes(count: number): string;
}

const UNITS: readonly [unit: string, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export function createFormat(language: string): Format {
  const dated = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, options);
    return (at: string | number) => {
      const date = new Date(at);
      return Number.isNaN(date.getTime()) ? String(at) : format.format(date);
    };
  };
  const clockTime = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  const measured = (value: number, unit: string) =>
    new Intl.NumberFormat(language, {
      ...{ style: 'unit', unit, unitDisplay: 'short' },
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
  return {
    number,
    percent: (share) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share),
    money(value, currency) {
      try {
        return new Intl.NumberFormat(language, {
          ...{ style: 'currency', currency: currency ?? '', currencyDisplay: 'code' },
          trailingZeroDisplay: 'stripIfInteger',
        }).format(value);
      } catch {
        return currency ? `${number(value, 2)} ${currency}` : number(value, 2);
      }
    },
    time: dated({ month: 'short', day: 'numeric', ...clockTime }),
    clock: dated(clockTime),
    day: dated({ year: 'numeric', month: 'short', day: 'numeric' }),
    duration(ms) {
      const [unit, size] = UNITS.find(([, size]) => ms >= size) ?? ['millisecond', 1];
      return measured(ms / size, unit);
    },
    bytes(count) {
      const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
      return measured(count / 1000 ** power, ['byte', 'kilobyte', 'megabyte', 'gigabyte'][power] ?? 'byte');
    },
  };
}
