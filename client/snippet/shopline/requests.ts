import type { Capture } from '../api.ts';
import type { Thing } from '../thing.ts';
import { learn, reportChanges } from './cart.ts';

/** The cart endpoints of every theme generation, without `data-report`, which serves the platform's own pixels. */
const CART = /\/carts?\/(?!data)(?:.+\/)?(add|items|cart$|ajax-cart$|change|update|delete)/;

const parse = (text: string): Thing => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
/** Parses a request or response body: JSON as text or bytes, or form data. */
const read = (data: Thing): Thing => {
  const text = data instanceof ArrayBuffer ? new TextDecoder().decode(data) : data;
  if (text instanceof FormData || text instanceof URLSearchParams) return Object.fromEntries(text);
  if (typeof text !== 'string') return text;
  return parse(text) || Object.fromEntries(new URLSearchParams(text));
};

/** The URL of a request; '' for any other input, which only the browser may read, once. */
const addressOf = (input: Thing): string => {
  if (input instanceof Request) return input.url;
  return typeof input === 'string' || input instanceof URL ? `${input}` : '';
};

/** Wraps `fetch` and XMLHttpRequest to read cart requests and copies of their responses. Requests stay unchanged. */
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
    // A shop's own `fetch` may return anything.
    if (CART.test(url))
      tools.guard(() =>
        promise
          .then(async (answer) => {
            // Copied before the theme reads it.
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

/** A form that is submitted to the cart without a script. The following page shows whether it succeeded. */
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
