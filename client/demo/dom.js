/** Content is set as text and attributes; data is never parsed as HTML. */

/** @param attributes a function is a listener, `true` an empty attribute; `undefined` and `false` are left out. */
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

/** Sets the text of the elements named by `data-fill`. */
export function fill(texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const node of document.querySelectorAll(`[data-fill="${name}"]`)) node.textContent = text;
  }
}
