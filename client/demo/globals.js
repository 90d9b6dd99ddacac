/**
 * What a SHOPLINE OS 2.0 theme defines in the head of every page: the `Shopline` global with its event bus, and the
 * page's state. A classic script, so that it runs before `/s.js`.
 */
(() => {
  /** Emitted payloads, under `_caches[name][n][0]`, for scripts that load later. */
  const caches = {};
  const listeners = {};
  const bus = {
    _caches: caches,
    on(name, listener) {
      listeners[name] = [...(listeners[name] ?? []), listener];
    },
    off(name, listener) {
      listeners[name] = (listeners[name] ?? []).filter((other) => other !== listener);
    },
    emit(name, payload) {
      caches[name] = [...(caches[name] ?? []), [payload]];
      for (const listener of listeners[name] ?? []) listener(payload);
    },
  };

  const { alias } = document.documentElement.dataset;
  const customer = JSON.parse(localStorage.getItem('dewleaf.customer') ?? 'null');
  const store = { storeId: '1655000000001', currency: 'TWD', locale: 'en' };

  window.Shopline = {
    ...store,
    handle: 'dewleaf',
    event: bus,
    designMode: false,
    themeName: 'Dewleaf',
    themeVersion: '2.0.0',
    isLogin: customer !== null,
    customer: customer ? { id: customer.id } : undefined,
    routes: { root: '/demo/' },
    uri: {
      alias,
      url: location.href,
      path: location.pathname,
      query: Object.fromEntries(new URLSearchParams(location.search)),
      params: {},
    },
  };

  /** Prices here are in hundredths, in every currency; on the bus they are in major units. */
  window.__PRELOAD_STATE__ = {
    storeInfo: { storeId: store.storeId, currency: store.currency, timezone: 'Asia/Taipei' },
    currencyCode: store.currency,
    templateAlias: alias,
    request: { locale: store.locale, is_login: customer !== null, uri: window.Shopline.uri },
    eventTrace: { enabled: {} },
  };
})();
