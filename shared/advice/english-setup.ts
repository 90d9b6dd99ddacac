/** What a check of the configuration and the set-up finds, which features are off, and what an erasure leaves. */
export const ENGLISH_SETUP = {
  configuration: { means: 'The configuration is wrong: {problem}', todo: '' },
  'public-url-missing': {
    means: 'PUBLIC_URL is not set, so the tag to copy names this machine.',
    todo: 'Set PUBLIC_URL to the collector’s address as browsers see it.',
  },
  'public-url-http': {
    means: 'PUBLIC_URL is http: pages on https cannot load the tag from it.',
    todo: 'Put a proxy with https in front, and set PUBLIC_URL to its address and TRUST_PROXY to 1.',
  },
  'trust-proxy-missing': {
    means:
      'Requests come through a proxy, but TRUST_PROXY is not set: every visitor is stored and delivered with the address and country of the proxy, and all share its limits.',
    todo: 'Set TRUST_PROXY to the number of proxies, or to their networks.',
  },
  'admin-host-open': {
    means:
      'The operator’s port listens on {host}, beyond this machine. A login there works over https alone.',
    todo: 'Put a proxy with https in front of it, or unset ADMIN_HOST and use an ssh tunnel.',
  },
  'admin-token-missing': {
    means: 'ADMIN_TOKEN is not set: the console, the operator’s routes and the metrics are off.',
    todo: 'Set ADMIN_TOKEN to at least 16 random characters.',
  },
  'origin-shared': {
    means:
      'The origin of PUBLIC_URL is in ALLOWED_ORIGINS: the operator’s routes are off, because every script of the shop’s pages could use them.',
    todo: 'Set ADMIN_PORT.',
  },
  'origins-missing': {
    means: 'ALLOWED_ORIGINS is not set: no page can send events.',
    todo: 'Set it to the origins of the shop’s pages: https:// and the host of each.',
  },
  'origins-http': {
    means: 'ALLOWED_ORIGINS has pages without https: {origins}. Anybody on the way can change them.',
    todo: 'Leave them out once the shop redirects to https.',
  },
  'orders-not-polled': {
    means: 'Orders come from webhooks alone: one that is lost is not fetched later.',
    todo: 'Set SHOPLINE_ACCESS_TOKEN.',
  },
  'test-events-only': {
    means: 'Everything goes there as test events, which do not count.',
    todo: 'Unset its test event code once the events have been looked at.',
  },
  'stand-in': {
    means: 'Its events go to {origin}, on this machine.',
    todo: 'Unset its endpoint variable to deliver to the real API.',
  },
  store: { means: 'The store can be written to.', todo: '' },
  'store-not-durable': {
    means: 'The store syncs {synchronous}: accepted events may be lost in a power cut.',
    todo: 'Restart the collector; report it if it stays.',
  },
  'events-lost': {
    means: 'Stored events that were lost with a damaged file: {count}.',
    todo: 'Check the disk. GET /admin/status lists when they were received.',
  },
  'store-unavailable': {
    means: 'The store cannot be written to: {error}',
    todo: 'Free space on the disk of DATA_DIR, or follow what is found of the database. Events are refused with 503 until then, and sent again by the tag.',
  },
  'nothing-from-pages': {
    means: 'No event of a page has been received.',
    todo: 'Paste the tag into the shop’s pages, open one and accept the consent banner. ?sb_debug=1 shows what is sent.',
  },
  'orders-received': { means: 'Orders arrive from the shop system.', todo: '' },
  'backend-orders-received': {
    means: 'Orders arrive from the backend.',
    todo: '',
  },
  'orders-not-received': {
    means:
      'ORDERS_FROM is platform, and in seven days no order came from the shop system. Orders that pages reported: {reported}.',
    todo: 'Check that the order webhooks are subscribed to /v1/webhooks/shopline and that SHOPLINE_APP_SECRET is the app’s.',
  },
  'backend-orders-not-received': {
    means:
      'ORDERS_FROM is server, and in seven days no order came from the backend. Orders that pages reported: {reported}.',
    todo: 'Check that the backend sends Order Completed with a SERVER_KEY.',
  },
  destination: { means: 'Takes events.', todo: '' },
  'destination-failing': {
    means: 'It fails. Waiting, and sent once it recovers: {waiting}.',
    todo: 'Look at its status page, and at the words of the latest attempts.',
  },
  'delivery-late': {
    means: 'Waiting: {waiting}, the oldest for {minutes} min.',
    todo: 'Look at the latest attempts of an event that waits.',
  },
  'dead-letters': {
    means: 'Dead letters: {count}.',
    todo: 'Look at them under Problems, put the cause right and send them again, or discard them.',
  },
  'endpoint-reached': { means: '{titles}: {origin} answers.', todo: '' },
  'endpoint-unreachable': {
    means: '{titles}: {origin} cannot be reached: {error}',
    todo: 'Check DNS, the firewall and the endpoint’s variable. Events wait until it can be reached.',
  },
  clock: { means: 'The clock of this machine is right.', todo: '' },
  'collector-foreign': {
    means: 'Something answers at {url} with HTTP {status}, and it is no collector with this ADMIN_TOKEN.',
    todo: 'Restart the collector with this configuration, or choose another PORT.',
  },
  'collector-not-running': {
    means: 'No collector answers at {url}, so what has been received is not checked.',
    todo: '',
  },

  'operator-off': {
    means: 'operator routes and metrics: {variables} not set',
    todo: '',
  },
  'operator-shares-origin': {
    means: 'operator routes and metrics: the origin of PUBLIC_URL is in ALLOWED_ORIGINS; set ADMIN_PORT',
    todo: '',
  },
  'browser-events-off': {
    means: 'events from browsers: {variables} not set',
    todo: '',
  },
  'delivery-off': {
    means: 'delivery to {title}: {variables} not set',
    todo: '',
  },
  'order-webhooks-off': {
    means: 'order webhooks: {variables} not set',
    todo: '',
  },
  'statistics-reports-off': {
    means: 'statistics reports: {variables} not set',
    todo: '',
  },
  'reporting-webhooks-off': {
    means: 'Customer.io reporting webhooks: {variables} not set',
    todo: '',
  },

  'tiktok-not-erased': {
    means: 'The Events API cannot delete events that were sent.',
    todo: '',
  },
  'shopline-not-erased': {
    means: 'The customer data platform has no call that deletes events that were sent.',
    todo: '',
  },
} as const;
