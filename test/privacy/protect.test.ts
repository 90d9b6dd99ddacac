import { describe, expect, test } from 'vitest';
import { digest, sha256 } from '../../server/privacy/hash.ts';
import { protect } from '../../server/privacy/protect.ts';
import { protectId } from '../../server/privacy/protect-id.ts';
import { type Message, parseMessage } from '../../shared/message.ts';

const EMAIL = sha256('alice@shop.example');
const PHONE = sha256('+886912345678');

function parse(fields: object): Message {
  const parsed = parseMessage({ anonymousId: 'visitor', type: 'track', event: 'Signed Up', ...fields });
  if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
  return parsed.message;
}
const hashed = (fields: object) => protect(parse(fields), { country: 'TW', keepRaw: false });
const withRaw = (fields: object) => protect(parse(fields), { country: 'TW', keepRaw: true });

describe('personal fields', () => {
  test.each([
    ...[
      'email',
      'e_mail',
      'E-Mail',
      'emailAddress',
      'email_address',
      'customer_email',
      'contact_email',
      'billingEmail',
    ].map((key) => ({ key, typed: ' Alice@Shop.example', stored: EMAIL })),
    ...[
      'phone',
      'phone_number',
      'phoneNumber',
      'mobile',
      'mobilePhone',
      'mobile_phone',
      'tel',
      'telephone',
      'phone2',
    ].map((key) => ({ key, typed: '0912-345-678', stored: PHONE })),
    { key: 'customer_phone', typed: 912345678, stored: PHONE },
    { key: 'first_name', typed: 'Anne-Marie', stored: sha256('annemarie') },
    { key: 'firstname', typed: ' Al ', stored: sha256('al') },
    { key: 'lastName', typed: '陳', stored: sha256('陳') },
    { key: 'zip', typed: '110-01', stored: sha256('11001') },
    { key: 'postalCode', typed: 11001, stored: sha256('11001') },
    { key: 'address1', typed: '1 Main  St', stored: sha256('1 main st') },
    { key: 'address', typed: '1 Main St', stored: sha256('1 main st') },
    { key: 'street', typed: '1 Main St', stored: sha256('1 main st') },
    { key: 'birthday', typed: '1990-01-31', stored: sha256('1990-01-31') },
  ])('$key: $typed is stored as a digest, in properties and in traits', ({ key, typed, stored }) => {
    expect(hashed({ properties: { [key]: typed } }).properties).toEqual({ [`${key}_sha256`]: stored });
    expect(hashed({ type: 'identify', traits: { [key]: typed } }).traits).toEqual({
      [`${key}_sha256`]: stored,
    });
    const deep = hashed({ properties: { a: [{ b: { [key]: typed } }] } });
    expect(deep.properties).toEqual({ a: [{ b: { [`${key}_sha256`]: stored } }] });
  });

  test('a name is personal in a person and in an address, not on a product, a company, a page or a campaign', () => {
    const name = 'Alice Chen';
    const name_sha256 = sha256('alice chen');
    const { traits, properties, context } = hashed({
      type: 'identify',
      traits: { name, company: { name } },
      context: { campaign: { name }, traits: { fullName: name } },
      properties: {
        name,
        products: [{ name }],
        customer: { name, default_address: { name } },
        addresses: [{ name }],
      },
    });
    expect(traits).toEqual({ name_sha256, company: { name } });
    expect(context).toEqual({ campaign: { name }, traits: { fullName_sha256: name_sha256 } });
    expect(properties).toEqual({
      name,
      products: [{ name }],
      customer: { name_sha256, default_address: { name_sha256 } },
      addresses: [{ name_sha256 }],
    });
  });

  test('what the shop hashed itself is recognised, in any case, and never hashed again', () => {
    const upper = EMAIL.toUpperCase();
    for (const key of [
      'email_sha256',
      'sha256_email',
      'emailSha256',
      'hashed_email',
      'sha256_email_address',
    ]) {
      const { properties, identity } = hashed({ properties: { [key]: upper } });
      expect(properties).toEqual({ [key]: EMAIL });
      expect(identity.emailSha256).toBe(EMAIL);
    }
    expect(hashed({ properties: { sha256_phone_number: PHONE } }).identity.phoneSha256).toBe(PHONE);
    expect(hashed({ properties: { email: upper } }).properties).toEqual({ email_sha256: EMAIL });
    expect(hashed({ properties: { phone_sha256: '0912345678' } }).properties).toEqual({
      phone_sha256: PHONE,
    });
  });

  test('lists become lists of digests, the first counts', () => {
    const { properties, identity } = hashed({
      properties: { emails: ['alice@shop.example', 'b@shop.example'] },
    });
    expect(properties).toEqual({ emails_sha256: [EMAIL, sha256('b@shop.example')] });
    expect(identity.emailSha256).toBe(EMAIL);
  });

  test('what cannot be read is left out and counted, never stored as it was', () => {
    expect(hashed({ properties: { phone: 'call me' } })).toMatchObject({
      properties: {},
      dropped: ['phone'],
    });
    expect(hashed({ properties: { email: 'alice' } })).toMatchObject({ properties: {}, dropped: ['email'] });
    expect(hashed({ properties: { phone: { number: '0912345678' }, email: [['a']] } })).toMatchObject({
      properties: {},
      dropped: ['phone', 'email'],
    });
  });

  test('blank is absent and not counted: the digest of nothing never leaves', () => {
    const blank = { email: ' ', phone: '', first_name: '\t', zip: ' - ', tel: null, mobile: [] };
    expect(hashed({ properties: blank })).toMatchObject({ properties: {}, dropped: [] });
    expect(hashed({ properties: blank }).identity).toEqual({ anonymousId: 'visitor' });
  });

  test('yes and no are no personal data: channel preferences survive', () => {
    const channels = { email: true, sms: false, phone: true };
    expect(hashed({ type: 'identify', traits: { channels } }).traits).toEqual({ channels });
  });

  test('a field given as name and value is read as that field', () => {
    const note_attributes = [
      { name: 'phone', value: '0912345678' },
      { name: 'gift', value: 'yes' },
    ];
    expect(hashed({ properties: { note_attributes } }).properties).toEqual({
      note_attributes: [
        { name: 'phone', value_sha256: PHONE },
        { name: 'gift', value: 'yes' },
      ],
    });
  });

  test('a local number is read with the country of its address, else of the shop', () => {
    const properties = {
      phone: '9123 4567',
      shipping_address: { country_code: 'HK', phone: '9123 4567' },
      billing_address: { phone: '0912345678' },
    };
    expect(hashed({ properties }).properties).toEqual({
      phone_sha256: sha256('+85291234567'),
      shipping_address: { country_code: 'HK', phone_sha256: sha256('+85291234567') },
      billing_address: { phone_sha256: PHONE },
    });
    expect(hashed({ properties: { phone: '0912345678' } }).properties).toEqual({ phone_sha256: PHONE });
  });
});

describe('identity', () => {
  test('the buyer of an order webhook is read from order, customer and addresses, in this order', () => {
    const { identity } = hashed({
      event: 'Order Completed',
      properties: {
        order_id: '1',
        email: 'alice@shop.example',
        shipping_address: {
          first_name: 'Bob',
          last_name: 'Lee',
          zip: '220',
          city: 'New Taipei',
          country_code: 'TW',
        },
        billing_address: {
          first_name: 'Eve',
          zip: '110',
          city: 'Taipei City',
          standard_province_code: 'TPE',
          province_code: 'x9',
        },
        customer: { email: 'other@shop.example', phone: '0912345678', first_name: 'Alice' },
        recipient: { last_name: 'Somebody', email: 'else@shop.example' },
      },
    });
    expect(identity).toEqual({
      anonymousId: 'visitor',
      emailSha256: EMAIL,
      phoneSha256: PHONE,
      phoneDigitsSha256: sha256('886912345678'),
      firstNameSha256: sha256('alice'),
      lastNameSha256: sha256('lee'),
      zipSha256: sha256('110'),
      city: 'taipeicity',
      state: 'tpe',
      country: 'tw',
    });
  });

  test.each([
    ['A.li.ce@Gmail.com', sha256('a.li.ce@gmail.com'), sha256('alice@gmail.com')],
    ['a.lice+tea@googlemail.com', sha256('a.lice+tea@googlemail.com'), sha256('alice+tea@googlemail.com')],
    ['alice@gmail.com', sha256('alice@gmail.com'), undefined],
    ['a.lice@shop.example', sha256('a.lice@shop.example'), undefined],
    [sha256('a.lice@gmail.com'), sha256('a.lice@gmail.com'), undefined],
  ])(
    'an email %s is stored as TikTok matches it, and as Google does where that differs',
    (email, plain, dotless) => {
      const places = [{ traits: { email } }, { context: { traits: { email } } }, { properties: { email } }];
      for (const place of places)
        expect(hashed({ type: 'traits' in place ? 'identify' : 'track', ...place }).identity).toEqual({
          anonymousId: 'visitor',
          emailSha256: plain,
          ...(dotless !== undefined && { emailDotlessSha256: dotless }),
        });
    },
  );

  test('a phone is stored with its plus, and with its digits alone, of the same person', () => {
    const of = (phone: string) => hashed({ properties: { phone, recipient_phone: '0911222333' } }).identity;
    const expected = {
      anonymousId: 'visitor',
      phoneSha256: PHONE,
      phoneDigitsSha256: sha256('886912345678'),
    };
    for (const phone of ['0912 345 678', '+886912345678', '00886-912-345-678'])
      expect(of(phone)).toEqual(expected);
    expect(of(PHONE)).toEqual({ anonymousId: 'visitor', phoneSha256: PHONE });
    const digestFirst = hashed({
      context: { traits: { phone: PHONE } },
      properties: { phone: '0911222333' },
    });
    expect(digestFirst.identity).toEqual({ anonymousId: 'visitor', phoneSha256: PHONE });
  });

  test('traits win over context.traits, these over properties', () => {
    const places = {
      context: { traits: { email: 'b@shop.example' } },
      properties: { email: 'c@shop.example' },
    };
    expect(
      hashed({ type: 'identify', traits: { email: 'Alice@shop.example' }, ...places }).identity.emailSha256,
    ).toBe(EMAIL);
    expect(hashed(places).identity.emailSha256).toBe(sha256('b@shop.example'));
  });

  test.each([
    [
      'somebody invited',
      { properties: { recipient_email: 'bob@shop.example', invitee_email: 'bob@shop.example' } },
    ],
    ['the maker of a product', { properties: { products: [{ email: 'bob@shop.example' }] } }],
    ['a group', { type: 'group', groupId: 'g', traits: { email: 'bob@shop.example' } }],
    ['a group named by it', { type: 'group', groupId: 'bob@shop.example' }],
  ])('the email of %s is not taken for the visitor’s, nor left in clear', (_, fields) => {
    const result = hashed(fields);
    expect(result.identity.emailSha256).toBeUndefined();
    expect(JSON.stringify(result)).not.toContain('bob');
  });

  test.each(['Alice@Shop.example', ' alice@shop.example ', 'alice%40shop.example', 'alice%2540shop.example'])(
    'user id %s is an email and counts as one',
    (userId) => {
      expect(hashed({ userId }).identity).toEqual({ anonymousId: 'visitor', emailSha256: EMAIL });
      expect(hashed({ anonymousId: userId }).identity).toEqual({ anonymousId: EMAIL, emailSha256: EMAIL });
      const alias = { type: 'alias', userId: 'u1', previousId: userId };
      expect(hashed(alias).identity).toEqual({ anonymousId: 'visitor', userId: 'u1', emailSha256: EMAIL });
      const group = { type: 'group', groupId: userId };
      expect(hashed(group).identity).toEqual({ anonymousId: 'visitor', groupId: EMAIL });
    },
  );

  test.each(['', ' \t', 'x'.repeat(513)])(
    'an id that stands where its type has none is kept only if it could be one (%#)',
    (previousId) => {
      expect(hashed({ previousId }).identity).toEqual({ anonymousId: 'visitor' });
    },
  );

  test('an id built around an email stays one id per visitor, without the email', () => {
    expect(hashed({ userId: 'crm:alice@shop.example' }).identity.userId).toBe(
      digest('crm:alice@shop.example'),
    );
    expect(protectId('crm:alice@shop.example')).not.toBe(protectId('crm:bob@shop.example'));
    expect(protectId('UserABC')).toBe('UserABC');
  });
});

describe('raw values, for a destination set to raw', () => {
  test('are given as they were, beside an event that holds none of them', () => {
    const { raw, ...stored } = withRaw({
      type: 'identify',
      userId: ' Alice@Shop.example',
      traits: {
        email: ' Alice@Shop.example',
        phone: '0912 345 678',
        first_name: 'Alice',
        plan: 'gold',
        address: { street: '1 Main St', city: 'Taipei' },
      },
      context: { traits: { lastName: 'Chen', email: 'old@shop.example' } },
    });
    expect(raw).toEqual({
      userId: 'alice@shop.example',
      email: 'alice@shop.example',
      phone: '+886912345678',
      firstName: 'Alice',
      lastName: 'Chen',
      traits: {
        lastName: 'Chen',
        email: 'alice@shop.example',
        phone: '0912 345 678',
        first_name: 'Alice',
        address: { street: '1 Main St', city: 'Taipei' },
      },
    });
    expect(JSON.stringify(stored)).not.toMatch(/alice|chen|main|912/i);
  });

  test('do not exist when nobody needs them, nothing was personal, or it came hashed', () => {
    expect(hashed({ userId: 'alice@shop.example' })).not.toHaveProperty('raw');
    expect(withRaw({ userId: 'u1', properties: { value: 1 } })).not.toHaveProperty('raw');
    expect(withRaw({ type: 'identify', traits: { email: EMAIL, phone: 'none' } })).not.toHaveProperty('raw');
  });

  test('never mix two people: the raw email is the one whose digest identifies', () => {
    const { raw } = withRaw({
      context: { traits: { email: EMAIL } },
      properties: { email: 'bob@shop.example' },
    });
    expect(raw).toBeUndefined();
  });
});

test('an email in a key, a name, a URL or a share message is redacted, the rest is kept', () => {
  const result = hashed({
    type: 'page',
    name: 'Account of alice@shop.example',
    category: 'alice@shop.example',
    context: {
      page: {
        url: 'https://shop.example/?ttclid=E.C.P.x&email=alice%40shop.example',
        title: 'Hi alice@shop.example',
      },
      library: { name: 'alice@shop.example', version: '1' },
      userAgent: undefined,
    },
    properties: {
      'alice@shop.example': 1,
      share_message: 'ask alice@shop.example',
      recipient: '+886 912 345 678',
      href: 'tel:+886912345678',
    },
  });
  expect(result).toEqual({
    identity: { anonymousId: 'visitor' },
    name: 'Account of [email]',
    category: '[email]',
    context: {
      page: { url: 'https://shop.example/?ttclid=E.C.P.x&email=[email]', title: 'Hi [email]' },
      library: { name: '[email]', version: '1' },
    },
    properties: { '[email]': 1, share_message: 'ask [email]', recipient: '[phone]', href: 'tel:[phone]' },
    traits: {},
    dropped: [],
  });
});

test('what is not JSON does not reach the log', () => {
  const properties = {
    a: Number.NaN,
    b: Number.POSITIVE_INFINITY,
    c: undefined,
    d: [undefined, () => 1],
    e: null,
  };
  expect(hashed({ properties }).properties).toStrictEqual({ a: null, b: null, d: [null, null], e: null });
});

test('the message handed in is not changed', () => {
  const message = parse({
    type: 'identify',
    traits: { email: 'alice@shop.example', address: { zip: '110' } },
  });
  const before = structuredClone(message);
  protect(message, { country: 'TW', keepRaw: true });
  expect(message).toEqual(before);
});
