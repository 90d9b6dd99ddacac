import { useRef } from 'preact/hooks';
import { useConsole } from '../context.ts';

const KINDS = {
  day: { type: 'date', written: 'YYYY-MM-DD', pattern: '\\d{4}-\\d\\d-\\d\\d' },
  time: {
    type: 'datetime-local',
    written: 'YYYY-MM-DD hh:mm',
    pattern: '\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d',
  },
} as const;

interface DateFieldProps {
  kind: keyof typeof KINDS;
  name: string;
  /** `2026-11-29`, or a local time as `2026-11-29 08:00`. */
  value?: string;
  id?: string;
  required?: boolean;
}

/**
 * A day or a local time, written the same in every language. Browsers show their own fields in the browser's language,
 * not in the page's: the button opens their calendar alone.
 */
export function DateField({ kind, value = '', ...rest }: DateFieldProps) {
  const { words } = useConsole();
  const text = useRef<HTMLInputElement>(null);
  const calendar = useRef<HTMLInputElement>(null);
  const { type, pattern, written } = KINDS[kind];
  return (
    <span class="date-field" data-kind={kind}>
      <input
        {...rest}
        ref={text}
        type="text"
        key={value}
        defaultValue={value}
        pattern={pattern}
        placeholder={written}
        title={written}
        autocomplete="off"
        spellcheck={false}
      />
      <input
        ref={calendar}
        type={type}
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget: { value } }) => {
          if (text.current) text.current.value = value.replace('T', ' ');
        }}
      />
      <button
        type="button"
        aria-label={words.common.calendar}
        title={words.common.calendar}
        onClick={() => {
          if (!text.current || !calendar.current) return;
          calendar.current.value = text.current.value;
          calendar.current.showPicker();
        }}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3.5M10.5 2v3.5" />
        </svg>
      </button>
    </span>
  );
}

/** `2026-11-29 08:00` in this time zone → ISO 8601 in UTC; '' for anything else. */
export function isoOf(local: string): string {
  const date = new Date(local.replace(' ', 'T'));
  return local === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** The other way. */
export function localOf(iso: string): string {
  const date = new Date(iso);
  if (iso === '' || Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString();
  return local.slice(0, 16).replace('T', ' ');
}
