import { useState } from 'preact/hooks';
import { useConsole } from '../context.ts';

/** Text as it is, with a button that copies it. */
export function Code({ label, text, isShort }: { label: string; text: string; isShort?: boolean }) {
  return (
    <div class="code">
      <div class="code-head">
        <span>{label}</span>
        <CopyButton label={label} text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls in itself, which the keyboard must reach. */}
      <section tabIndex={0} aria-label={label}>
        <pre class={isShort ? 'is-short' : undefined}>{text}</pre>
      </section>
    </div>
  );
}

/** A value as indented JSON. */
export const Json = ({ label, value }: { label: string; value: unknown }) => (
  <Code label={label} text={JSON.stringify(value, null, 2) ?? ''} />
);

/** @param title in place of "Copy". */
export function CopyButton({ label, text, title }: { label: string; text: string; title?: string }) {
  const { words, announce } = useConsole();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    announce(words.common.copiedOf(label));
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button
      type="button"
      class="small"
      aria-label={`${title ?? words.common.copy}${words.common.colon}${label}`}
      onClick={copy}
    >
      {isCopied ? words.common.copied : (title ?? words.common.copy)}
    </button>
  );
}

/** `navigator.clipboard` is absent on http: the selection of a hidden field is copied there. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
