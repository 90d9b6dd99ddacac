import { type Unit, unitsOf } from './key-words.ts';
import { ROLE, type Role } from './words.ts';

/**
 * A form of a value. `many-digits`: six. `words`: text without digits and `@`; `two-words`: that with a blank in it.
 * `letters`: text with letters and without `@`. `email`: text with an email in it.
 */
export type Form = 'digits' | 'many-digits' | 'words' | 'two-words' | 'letters' | 'email';

/** What the words of a key say about its value; see `Name` and `Field`. */
export interface KeyKind {
  kind?: WordKind;
  needs?: Form;
  isHashed: boolean;
  owner: 'own' | 'related' | 'other';
  isId: boolean;
  isPersonId: boolean;
  isThing: boolean;
  bareName: 'english' | 'other' | undefined;
  /** A person or an address, when its value is an object. */
  isContainer: boolean;
  /** A city, a state or a country: of a person in any object, or only in a person or an address. */
  place: 'always' | 'in-address' | undefined;
}
/** `text`: names and address lines. The last four are not stored in any form. */
export type WordKind =
  | 'email'
  | 'phone'
  | 'firstName'
  | 'lastName'
  | 'zip'
  | 'text'
  | 'secret'
  | 'bank'
  | 'official'
  | 'ip';

type Found = Pick<KeyKind, 'kind' | 'needs'>;

const bits = (...roles: Role[]) => roles.reduce((all, role) => all | ROLE[role], 0);
const PERSON = bits('person', 'otherPerson', 'alone');
const OF_PERSON = PERSON | ROLE.number;
const THING = bits('thing', 'org', 'sale');
const CONTAINER = PERSON | ROLE.address;
const NAMES_PERSON = PERSON | bits('fullName', 'card', 'address');
/** Lines of an address, in an address; elsewhere the line of a product, a unit of measure, a text. */
const IN_ADDRESS = new Set([
  'line',
  'lines',
  'detail',
  'details',
  'unit',
  'floor',
  'suite',
  'number',
  'full',
]);
/** As the last word, an id: `coupon`, `product_model`; not in `coupon_note`. */
const CODES = new Set(
  `coupon coupons voucher tracking waybill waybills awb parcel parcels consignment invoice model lot batch
  追蹤碼 追踪码 優惠碼 优惠码 折扣碼 折扣码 單號 单号 發票 发票 型號 型号 批號 批号 追跡番号`.split(/\s+/),
);
/** A secret unless it is a number: analytics numbers sessions by their time. */
const SESSIONS = new Set(['session id', 'sid', 'sessid']);
/** Alone, with two words or more as its value, a person's name. */
const NAMED = new Set('customer client guest shopper contact kunde kundin cliente cust'.split(' '));
const NUMBERED = bits('id', 'number');
const OF_OTHERS = bits('otherPerson', 'org');
const PLACE = bits('place', 'weakPlace');
const BESIDE_PLACE = CONTAINER | bits('name', 'id', 'number', 'zip');
/** What may stand beside a weak word, and such a word itself. */
const WEAK_SECRET = OF_PERSON | bits('weakSecret', 'card');
const WEAK_PHONE = OF_PERSON | ROLE.weakPhone;
const WEAK_NAME = OF_PERSON | bits('weakName', 'name');
const WEAK_ADDRESS = OF_PERSON | ROLE.weakAddress;
const ALONE = OF_PERSON | ROLE.sale;
const SKIPPED = bits('neutral', 'hashed');

/** Of names without a known word. */
export const UNKNOWN: KeyKind = {
  isHashed: false,
  owner: 'other',
  isId: false,
  isPersonId: false,
  isThing: false,
  bareName: undefined,
  isContainer: false,
  place: undefined,
};

export function kindOfKey(key: string, isPerson: boolean): KeyKind {
  const all = unitsOf(key);
  if (all.every(({ roles }) => roles === 0)) return UNKNOWN;
  const units: Unit[] = [];
  let roles = 0;
  let isHashed = false;
  let isKnown = true;
  for (const unit of all) {
    if (unit.roles & SKIPPED) {
      if (unit.roles & ROLE.hashed) isHashed = true;
      continue;
    }
    units.push(unit);
    roles |= unit.roles;
    if (unit.roles === 0) isKnown = false;
  }
  const isLine = isPerson && all.length === 1 && IN_ADDRESS.has(all[0]?.text ?? '');
  const found: Found | undefined = isLine ? { kind: 'text' } : personal(units, roles, isKnown, isPerson);
  const isThing = (roles & THING) !== 0;
  const isNumbered = (roles & NUMBERED) !== 0;
  const isCode = CODES.has(all.at(-1)?.text ?? '');
  const isOther = (roles & OF_OTHERS) !== 0 || !isKnown;
  return {
    ...found,
    isHashed,
    owner: isOther ? 'other' : roles & ROLE.person ? 'related' : 'own',
    isId: !found && ((roles & ROLE.id) !== 0 || (isNumbered && isThing) || isCode),
    isPersonId: !isThing && isNumbered && ((roles & ROLE.person) !== 0 || (isPerson && roles === ROLE.id)),
    isThing: isThing && (roles & PERSON) === 0,
    bareName: bareName(all),
    isContainer: units.length > 0 && only(units, CONTAINER),
    place: roles & PLACE ? placeOf(units) : undefined,
  };
}

/** `name` alone, without `your` or `my`. */
function bareName([first, ...others]: readonly Unit[]): KeyKind['bareName'] {
  if (!first || others.length > 0 || (first.roles & ROLE.name) === 0) return undefined;
  return ['name', 'names', '名稱', '名称'].includes(first.text) ? 'english' : 'other';
}

/** `city` and `billing_state` are always a person's, `state` may be that of an order. */
function placeOf(units: readonly Unit[]): KeyKind['place'] {
  const others = units.filter((unit) => (unit.roles & PLACE) === 0);
  if (!only(others, BESIDE_PLACE)) return undefined;
  const isCity = units.some((unit) => (unit.roles & ROLE.place) !== 0);
  return isCity || others.some((unit) => (unit.roles & CONTAINER) !== 0) ? 'always' : 'in-address';
}

const only = (units: readonly Unit[], roles: number) => units.every((unit) => (unit.roles & roles) !== 0);

/** Each row: what such words make of a field, the surest first. */
function personal(
  units: readonly Unit[],
  roles: number,
  isKnown: boolean,
  isPerson: boolean,
): Found | undefined {
  const has = (role: Role) => (roles & ROLE[role]) !== 0;
  /** The word is in the name, and none behind it makes it one of a thing: `phone_case`, `email_count`. */
  const is = (role: Role) => has(role) && !isFollowed(units, role);
  const form = (needs: Form) => (isKnown && !has('org') && !has('sale') ? {} : { needs });
  if (is('secret')) return { kind: 'secret' };
  if (has('weakSecret') && only(units, WEAK_SECRET))
    return { kind: 'secret', ...(units.some(({ text }) => SESSIONS.has(text)) && { needs: 'letters' }) };
  if (is('ip')) return { kind: 'ip' };
  if (is('official') || (is('document') && has('number') && !has('thing'))) return { kind: 'official' };
  if (is('bank') || (is('card') && (has('number') || has('expiry')))) return { kind: 'bank' };
  if (is('email')) return { kind: 'email', needs: 'email' };
  if (is('phone')) return { kind: 'phone', ...form('many-digits') };
  if (has('weakPhone') && only(units, WEAK_PHONE)) return { kind: 'phone', needs: 'many-digits' };
  if (is('birth')) return { kind: 'text', ...form('digits') };
  if (is('zip')) return { kind: 'zip', ...form('digits') };
  const isOfThing = has('thing') || has('org');
  if (is('fullName') && !isOfThing) return { kind: 'text' };
  if (is('firstName') && !isOfThing) return { kind: has('lastName') ? 'text' : 'firstName' };
  if (is('lastName') && !isOfThing) return { kind: 'lastName' };
  if (has('weakName') && only(units, WEAK_NAME)) return { kind: 'text', needs: 'words' };
  if (has('name')) return isNameOfPerson(units, isPerson) ? { kind: 'text' } : undefined;
  if (is('card')) return { kind: 'bank', needs: 'many-digits' };
  if (isOfThing) return undefined;
  if (is('address') || (has('weakAddress') && only(units, WEAK_ADDRESS))) return { kind: 'text' };
  if (has('alone') && only(units, ALONE)) return { kind: 'text', needs: 'letters' };
  return units.length === 1 && NAMED.has(units[0]?.text ?? '')
    ? { kind: 'text', needs: 'two-words' }
    : undefined;
}

/** A thing is named behind the last word of this role. */
function isFollowed(units: readonly Unit[], role: Role): boolean {
  const at = units.findLastIndex((unit) => (unit.roles & ROLE[role]) !== 0);
  return units.slice(at + 1).some((unit) => (unit.roles & ROLE.thing) !== 0);
}

/**
 * The nearest known word before the name (`customer_name`), else after it (`nombre_cliente`): `event_attendee_name` is a
 * person's, `customer_group_name` a group's.
 */
function isNameOfPerson(units: readonly Unit[], isPerson: boolean): boolean {
  if (units.length === 1) return isPerson;
  const at = units.findLastIndex((unit) => (unit.roles & ROLE.name) !== 0);
  const beside = [...units.slice(0, at).reverse(), ...units.slice(at + 1)];
  const nearest = beside.find((unit) => unit.roles !== 0);
  return nearest !== undefined && (nearest.roles & NAMES_PERSON) !== 0;
}
