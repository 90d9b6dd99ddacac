/** Everything the pages show is put in as text or attributes; nothing here reads HTML from data. */

/** @param attributes a function is a listener, `true` an empty attribute, `undefined` and `false` none. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value !== undefined && value !== false)
      node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children);
  return node;
}

export const find = (selector, root = document) => root.querySelector(selector);

/** Writes each text into the page's places named `data-fill`. */
export function fill(texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const node of document.querySelectorAll(`[data-fill="${name}"]`)) node.textContent = text;
  }
}
