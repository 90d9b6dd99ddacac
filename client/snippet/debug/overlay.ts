/** The host makes no box of its own, so nothing a shop says about it can move or hide the panel. */
const STYLE =
  ':host{all:initial!important;display:contents!important}' +
  'details{position:fixed;left:8px;bottom:8px;z-index:2147483647;max-width:90%;max-height:50%;overflow:auto;padding:8px;border-radius:8px;background:#15171c;color:#eee;font:12px/1.5 sans-serif;color-scheme:dark}' +
  '@media print{details{display:none}}' +
  'summary{font-weight:700}button{float:right;margin-top:-20px}p{white-space:pre-line;margin:4px 0}' +
  'td{white-space:pre;padding-right:8px;vertical-align:top}p+p,.held{color:#fc6}.answered{color:#7d9}.refused{color:#f99}';
const COLUMNS = ['time', 'event', 'told by', 'amount', 'state'];
const MAX_CHARACTERS = 100;

/** Texts become text nodes: whatever a shop or a collector says is never read as markup. */
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

/** In a shadow tree, so that the shop's styles do not reach in and ours not out. */
const host = make('storebeacon-debug');
const root = host.attachShadow({ mode: 'open' });
root.append(panel);
// What is done here is done to us, and no shortcut or click of the shop's.
host.onclick = host.onkeydown = (event: Event) => event.stopPropagation();

/** Puts the panel beside the body, where no selector and no router of the shop counts it. */
export const show = (standing: string, warnings: string) => {
  if (!host.isConnected) {
    // A content security policy that forbids inline styles allows these. A browser without them shows nothing.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    document.documentElement.append(host);
  }
  // What has not changed is left alone, so that it can be marked and copied.
  if (head.textContent !== standing) head.textContent = standing;
  if (notes.textContent === warnings) return;
  notes.textContent = warnings;
  console.warn('storebeacon', warnings);
};
