// @module-tag slow
import { afterAll, describe, expect, test } from 'vitest';
import { CLICK_IDS } from '../../shared/click-ids.ts';
import { eventually, SHOP_ORIGIN, startCollector } from '../support/collector.ts';
import { textOfFiles } from '../support/files.ts';

const collector = await startCollector({}, { whenOver: afterAll });
const { admin, dataDir, events, lines, post, sandbox } = collector;

/** Everything that is on disk, was logged or was sent. */
async function everything(): Promise<string> {
  await eventually(
    async () => (await (await admin('GET', '/admin/status')).json()).destinations,
    (destinations) => destinations.every(({ waiting }: { waiting: number }) => waiting === 0),
  );
  return [textOfFiles(dataDir), ...lines, JSON.stringify(sandbox.received().map(({ body }) => body))].join(
    '\n',
  );
}

let last = 0;
const newId = () => `Iw${++last}AR-${'Qz7'.repeat(6)}`;
const encoded = encodeURIComponent;

type Places = Record<string, (name: string, id: string) => object>;
/** Where a click id may be, beside the field of its own name. */
const IN_URLS: Places = {
  'the URL of the page': (name, id) =>
    page({ url: `https://shop.example/tea?a=1&${name}=${id}&utm_source=ads` }),
  'its only parameter': (name, id) => page({ url: `https://shop.example/tea?${name}=${id}#top` }),
  'said twice': (name, id) => page({ url: `https://shop.example/?${name}=${id}&${name}=${id}` }),
  'in capitals': (name, id) => page({ url: `https://shop.example/?q=tea&${name.toUpperCase()}=${id}` }),
  'the referrer': (name, id) => page({ referrer: `https://shop.example/?${name}=${id}` }),
  'the search string': (name, id) => page({ search: `?q=tea&${name}=${id}` }),
  'the search string without ?': (name, id) => page({ search: `${name}=${id}&q=tea` }),
  'the fragment': (name, id) => page({ url: `https://shop.example/#/tea?${name}=${id}` }),
  'an encoded address in a parameter': (name, id) =>
    page({
      url: `https://shop.example/login?q=${encoded(`https://shop.example/?${name}=${id}&b=2`)}&page=2`,
    }),
  'one encoded twice': (name, id) =>
    page({ url: `https://shop.example/?q=${encoded(encoded(`/tea?${name}=${id}`))}` }),
  'a name with an encoded letter': (name, id) =>
    page({ url: `https://shop.example/?%${name.charCodeAt(0).toString(16)}${name.slice(1)}=${id}` }),
  'an address in a property': (name, id) => ({ properties: { link: `https://shop.example/?${name}=${id}` } }),
  'an address in a list': (name, id) => ({ properties: { seen: [{ url: `/tea?${name}=${id}` }] } }),
  'text with an address': (name, id) => ({
    properties: { note: `came from https://x.example/?${name}=${id} today` },
  }),
  'a name of a page': (name, id) => ({ type: 'page', name: `https://shop.example/?${name}=${id}` }),
  traits: (name, id) => ({ type: 'identify', traits: { landing: `https://shop.example/?${name}=${id}` } }),
};
const IN_FIELDS: Places = {
  'a property': (name, id) => ({ properties: { [name]: id } }),
  'a property in capitals': (name, id) => ({ properties: { [name.toUpperCase()]: id } }),
  'a property without underscores': (name, id) => ({ properties: { [name.replaceAll('_', '')]: id } }),
  'a property of the first visit': (name, id) => ({
    properties: { [`initial_${name.replace(/^_/, '')}`]: id },
  }),
  'deep in a property': (name, id) => ({ properties: { ads: [{ ids: { [name]: [id] } }] } }),
  'a trait': (name, id) => ({ type: 'identify', traits: { [name]: id } }),
  'the context': (name, id) => ({ context: { [name]: id, campaign: { [name]: id } } }),
  'the traits of the context': (name, id) => ({ context: { traits: { [name]: id } } }),
  'an attribute of the cart': (name, id) => ({ properties: { note_attributes: [{ name, value: id }] } }),
  'JSON in text': (name, id) => ({ properties: { raw: JSON.stringify({ [name]: id, tea: 1 }) } }),
  'JSON in JSON': (name, id) => ({ properties: { raw: JSON.stringify(JSON.stringify({ [name]: id })) } }),
  'a line of text': (name, id) => ({ properties: { note: `click: ${name}=${id}; ${name}: ${id}` } }),
  pairs: (name, id) => ({
    properties: {
      parameters: [
        [name, id],
        ['tea', 'oolong'],
      ],
    },
  }),
  'escaped JSON': (name, id) => ({ properties: { raw: `a\\u0026${name}\\u003d${id}\\u0026b` } }),
  'an array of PHP': (name, id) => ({ properties: { raw: `array('${name}' => '${id}')` } }),
  'a cookie header': (name, id) => ({ properties: { cookie: `_ga=1; ${name}=${id}; cart=2` } }),
};
const page = (fields: object) => ({ type: 'page', context: { page: fields } });

const denied = { advertising: false, analytics: true, marketing: true };
const send = (parts: object, consent: object) => {
  const { context, ...rest } = parts as { context?: object };
  return post(
    '/v1/batch',
    {
      batch: [
        {
          type: 'track',
          event: 'Tea Poured',
          anonymousId: 'visitor',
          userId: 'somebody',
          ...rest,
          context: { ...context, consent: { categoryPreferences: consent } },
        },
      ],
    },
    { origin: SHOP_ORIGIN },
  );
};

describe.each(CLICK_IDS.map(({ name, parameter, cookie }) => ({ name, parameter, cookie })))(
  'without consent to advertising $name is kept nowhere',
  ({ name, parameter = name, cookie }) => {
    test('wherever it was', async () => {
      const planted: [place: string, id: string][] = [];
      const plant = async (places: Places, field: string) => {
        for (const [place, make] of Object.entries(places)) {
          const id = newId();
          planted.push([`${place} (${field})`, id]);
          const { accepted } = await (await send(make(field, id), denied)).json();
          expect(accepted).toBe(1);
        }
      };
      await plant(IN_URLS, parameter);
      await plant(IN_FIELDS, name);
      await plant(IN_FIELDS, cookie);
      const text = await everything();
      expect(planted.filter(([, id]) => text.includes(id)).map(([place]) => place)).toEqual([]);
    });
  },
);

test('values of such cookies are known by their form', async () => {
  await send(
    {
      messageId: 'by-form',
      properties: { browser: 'fb.1.1700000000000.1234567', click: 'GCL.1700000000.abc' },
    },
    denied,
  );
  expect(events.find(({ messageId }) => messageId === 'by-form')?.properties).toEqual({
    browser: '',
    click: '',
  });
});

test('what is beside it stays', async () => {
  const url = 'https://shop.example/tea?q=oolong&gclid=1234&fbclid=5678&utm_source=ads&page=2';
  await send(
    {
      ...page({ url, title: 'Tea' }),
      messageId: 'beside',
      properties: { http: 'https://a.example/b', fbc: 'x', tea: 1 },
    },
    denied,
  );
  const event = events.find(({ messageId }) => messageId === 'beside');
  expect(event?.context.page).toEqual({
    url: 'https://shop.example/tea?q=oolong&utm_source=ads&page=2',
    title: 'Tea',
  });
  expect(event?.properties).toEqual({ http: 'https://a.example/b', tea: 1 });
});

test('with consent to advertising they stay where they are', async () => {
  const ids = Object.fromEntries(CLICK_IDS.map(({ name }) => [name, `id-of-${name}-1234567`]));
  const parameters = CLICK_IDS.flatMap(({ parameter }) => parameter ?? []);
  const url = `https://shop.example/?${parameters.map((name) => `${name}=${ids[name]}`).join('&')}`;
  const allowed = { advertising: true, analytics: true, marketing: true };
  await send({ ...page({ url }), messageId: 'allowed', properties: ids }, allowed);
  const event = events.find(({ messageId }) => messageId === 'allowed');
  expect(event?.context.page?.url).toBe(url);
  expect(event?.properties).toEqual(ids);
});

test('once consent is withdrawn, what waits is sent without them', async () => {
  const own = await startCollector({ ORDER_MERGE_SECONDS: '0' });
  const anonymousId = '7d3f2a52-6d0f-4a77-9a53-1f2f5b0c9d11';
  await own.sandbox.stop('customerio');
  const message = (messageId: string, consent: object, parts: object = {}) => ({
    type: 'page',
    anonymousId,
    messageId,
    ...parts,
    context: {
      page: { url: 'https://shop.example/?gclid=clicked-and-kept&q=tea' },
      consent: { categoryPreferences: consent },
    },
  });
  const batch = (one: object) => own.post('/v1/batch', { batch: [one] }, { origin: SHOP_ORIGIN });
  const all = { advertising: true, analytics: true, marketing: true };
  const properties = { fbp: 'fb.1.1700000000000.clicked-and-kept', note: 'msclkid=clicked-and-kept' };
  await batch(message('before', all, { properties, name: 'Tea gclid=clicked-and-kept' }));
  await batch(message('after', denied));
  await own.sandbox.restart('customerio');
  const sent = await eventually(
    () => own.sandbox.accepted('customerio').find((item) => JSON.stringify(item).includes('"before"')),
    (found) => found !== undefined,
  );
  expect(sent).toMatchObject({ properties: { url: 'https://shop.example/?q=tea' } });
  expect(JSON.stringify(own.sandbox.accepted('customerio'))).not.toContain('clicked-and-kept');
});

describe('a macro that was not filled in is no click id', () => {
  const allowed = { advertising: true, analytics: true, marketing: true };
  const MACROS = [
    '__CLICKID__',
    '{{ttclid}}',
    '{ttclid}',
    '%%CLICKID%%',
    ['$', '{ttclid}'].join(''),
    'undefined',
    'null',
    'None',
    'n/a',
    '(not set)',
    '0',
    '-1',
    ' ',
    '[object Object]',
  ];

  test.each(MACROS)('%j', async (macro) => {
    const messageId = `macro-${MACROS.indexOf(macro)}`;
    const parts = {
      messageId,
      properties: { ttclid: macro },
      context: {
        page: { url: `https://shop.example/?ttclid=${encoded(macro)}` },
        tiktok: { ttclid: macro, ttp: macro },
      },
    };
    await send({ ...parts, type: 'page' }, allowed);
    const event = events.find((one) => one.messageId === messageId);
    expect(event?.context.tiktok).toBeUndefined();
    expect(event?.context.page?.url).toBe('https://shop.example/');
    await send(
      {
        ...parts,
        messageId: `${messageId}-sent`,
        event: 'Product Viewed',
        properties: { sku: 'a', ttclid: macro },
      },
      allowed,
    );
    const sent = await eventually(
      () =>
        sandbox
          .accepted('tiktok')
          .find((one) => (one as { event_id: string }).event_id === `${messageId}-sent`),
      (found) => found !== undefined,
    );
    expect(JSON.stringify(sent)).not.toContain('ttclid');
  });

  test('one from before it counts', async () => {
    await post(
      '/v1/page',
      {
        anonymousId: 'visitor',
        messageId: 'macro-cookie',
        context: {
          page: { url: 'https://shop.example/?ttclid=__CLICKID__' },
          tiktok: { ttclid: '{{ttclid}}' },
          consent: { categoryPreferences: allowed },
        },
      },
      { origin: SHOP_ORIGIN, cookie: 'ttclid=E.C.P.before; _ttp=browser-of-tiktok' },
    );
    const event = events.find(({ messageId }) => messageId === 'macro-cookie');
    expect(event?.context.tiktok).toEqual({ ttclid: 'E.C.P.before', ttp: 'browser-of-tiktok' });
  });
});
