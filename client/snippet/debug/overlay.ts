/** The host generates no box, so that no style of the shop can move or hide the panel. */
const STYLE =
  ':host{all:initial!important;display:contents!important}' +
  'details{position:fixed;left:8px;bottom:8px;z-index:2147483647;max-width:90%;max-height:50%;overflow:auto;padding:8px;border-radius:8px;background:#15171c;color:#eee;font:12px/1.5 sans-serif;color-scheme:dark}' +
  '@media print{details{display:none}}' +
  'summary{font-weight:700}button{float:right;margin-top:-20px}p{white-space:pre-line;margin:4px 0}' +
  'td{white-space:pre;padding-right:8px;vertical-align:top}p+p,.held{color:#fc6}.accepted{color:#7d9}.rejected{color:#f99}';
const COLUMNS = 'time event source amount state'.split(' ');
const MAX_CHARACTERS = 100;

/** Strings become text nodes and are never parsed as markup. */
const make = (tag: string, ...content: (string | Node)[]) => {
  const element = document.createElement(tag);
  element.append(...content);
  return element;
};

export const table = make('table') as HTMLTableElement;

export const addRow = (index: number, texts: unknown[]) => {
  const row = table.insertRow(index);
  for (const text of texts) row.insertCell().textContent = `${text} `.slice(0, MAX_CHARACTERS);
  return row;
};
addRow(0, COLUMNS);

const head = make('p');
const notes = make('p');
const button = make('button', 'Close');
const panel = make(
  'details',
  make('summary', 'storebeacon'),
  button,
  head,
  notes,
  table,
) as HTMLDetailsElement;
panel.open = true;
button.onclick = () => panel.remove();

/** In a shadow tree, which keeps the shop's styles out and these in. */
const host = make('storebeacon-debug');
const root = host.attachShadow({ mode: 'open' });
root.append(panel);
// Clicks and keys in the panel must not trigger the shop's handlers.
host.onclick = host.onkeydown = (event: Event) => event.stopPropagation();

/** Shows the panel, outside the body, where the shop's selectors and router do not find it. */
export const show = (state: string, warnings: string) => {
  if (!host.isConnected) {
    // Allowed by content security policies that forbid inline styles. Older browsers without it show no panel.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    document.documentElement.append(host);
  }
  // Unchanged text is not replaced, so that it can be selected and copied.
  if (head.textContent !== state) head.textContent = state;
  if (notes.textContent === warnings) return;
  notes.textContent = warnings;
  console.warn('storebeacon', warnings);
};
