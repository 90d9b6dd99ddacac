import type { Capture } from '../api.ts';
import type { Thing } from '../thing.ts';
import { learn, reportChanges } from './cart.ts';

/** Every generation of themes has its own address for it. `data-report` among them tells the platform's own pixels. */
const CART = /\/carts?\/(?!data)(?:.+\/)?(add|items|cart$|ajax-cart$|change|update|delete)/;

const parse = (text: string): Thing => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
/** A body or an answer as a theme may have it: JSON as text or as bytes, or what a form sends. */
const read = (data: Thing): Thing => {
  const text = data instanceof ArrayBuffer ? new TextDecoder().decode(data) : data;
  if (text instanceof FormData || text instanceof URLSearchParams) return Object.fromEntries(text);
  if (typeof text !== 'string') return text;
  return parse(text) || Object.fromEntries(new URLSearchParams(text));
};

/** Empty for what is neither text, a URL nor a Request: whatever it is, the browser alone reads it, and once. */
const addressOf = (input: Thing): string => {
  if (input instanceof Request) return input.url;
  return typeof input === 'string' || input instanceof URL ? `${input}` : '';
};

/**
 * What a theme asks of the cart, seen as it passes: `fetch` and XMLHttpRequest do what they did, and we look at the
 * request and at a copy of its answer.
 */
export const captureRequests: Capture = (report, tools) => {
  const see = tools.guard((url: string, method: string, body: Thing, data: Thing) => {
    const [, verb = ''] = CART.exec(new URL(url, location.href).pathname) || [];
    const answer = read(data);
    if (!verb || answer?.errors || answer?.error || answer?.message) return;
    if (/post|put|delete/i.test(method))
      reportChanges(/add|items|cart/.test(verb), read(body) || {}, answer, report, tools);
    else learn(answer);
  });

  const { fetch, XMLHttpRequest } = window;
  window.fetch = function (this: unknown, ...call: Parameters<typeof fetch>) {
    const [input, init]: Thing[] = call;
    const url = tools.guard(addressOf)(input) || '';
    const asked =
      CART.test(url) &&
      tools.guard(
        () =>
          init?.body ||
          input
            .clone?.()
            .text()
            .catch(() => undefined),
      )();
    const promise = fetch.apply(this as Window, call);
    // Where a shop has replaced `fetch`, it may answer by anything.
    if (CART.test(url))
      tools.guard(() =>
        promise
          .then(async (answer) => {
            // Before the theme has read it.
            const copy = answer.clone();
            if (answer.ok) see(url, init?.method || input.method, await asked, await copy.text());
          })
          .catch(() => {}),
      )();
    return promise;
  };

  const { open, send } = XMLHttpRequest.prototype;
  const calls = new WeakMap<XMLHttpRequest, [method: string, url: string]>();
  XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...call: Thing[]) {
    calls.set(this, [call[0], `${call[1]}`]);
    return open.apply(this, call as Parameters<typeof open>);
  } as typeof open;
  XMLHttpRequest.prototype.send = function (body) {
    const [method, url] = calls.get(this) || ['', ''];
    const onLoad = tools.guard(() => this.status < 300 && see(url, method, body, this.response));
    if (CART.test(url)) this.addEventListener('load', onLoad);
    return send.call(this, body);
  };
};

/** A form that goes to the cart by itself, without a script: the page that follows says that it went well. */
export const captureForms: Capture = (report, tools) =>
  document.addEventListener(
    'submit',
    (event) =>
      setTimeout(
        tools.guard(() => {
          const form = event.target as HTMLFormElement;
          const [, verb = ''] = CART.exec(form.action) || [];
          if (!event.defaultPrevented && /add|items/.test(verb))
            reportChanges(true, read(new FormData(form)), undefined, report, tools);
        }),
      ),
    true,
  );
