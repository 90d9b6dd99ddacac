import { memoize } from '../lib/cache.ts';
import { type Form, kindOfKey, UNKNOWN } from './key-kind.ts';

/** What a personal field holds. `text`: address lines, full names, birthdays. */
export type FieldKind = 'email' | 'phone' | 'firstName' | 'lastName' | 'zip' | 'text';
/** What is stored in no form: passwords and tokens, cards and bank accounts, official ids, IP addresses. */
export type SecretKind = 'secret' | 'bank' | 'official' | 'ip';

const SECRETS: ReadonlySet<string> = new Set(['secret', 'bank', 'official', 'ip'] satisfies SecretKind[]);
export const isSecret = (kind: Field['kind']): kind is SecretKind => SECRETS.has(kind);

export interface Field {
  kind: FieldKind | SecretKind;
  /** The name marks the value as a digest (`email_sha256`, `hashed_email`). */
  isHashed: boolean;
  /** `own`: `email`; `related`: `billing_email`; `other`: of another person, `recipient_email`. */
  owner: 'own' | 'related' | 'other';
  /** Only values of this form are personal: other words of the name may mean something else. */
  needs?: Form;
}

/** What the name of a field says about its value. */
export interface Name {
  /** Undefined when the field is not known to be personal. */
  field: Field | undefined;
  /** An id, a code or a time: digits in its text are neither phone nor card. */
  isId: boolean;
  /** The id of a person, which may be a phone. */
  isPersonId: boolean;
  /** A product, a shop, a company: a `name` in it is no person's. */
  isThing: boolean;
  /** `name`: a person's beside a contact; `nom`, `nombre`: a person's unless beside a price. */
  bareName: 'english' | 'other' | undefined;
  /** A city, a state or a country: of a person in any object, or only in a person or an address. */
  place: 'always' | 'in-address' | undefined;
}

/** Names in lower case without punctuation, so that `e_mail`, `E-Mail` and `eMail` are equal. */
const KINDS = new Map<string, FieldKind>([
  ...spell('email', 'email emails mail emailaddress emailaddresses'),
  ...spell('phone', 'phone phones phoneno phonenumber phonenumbers mobile mobileno mobilenumber mobilephone'),
  ...spell('phone', 'mobilephonenumber tel telno telephone telephonenumber cellphone cellphonenumber msisdn'),
  ...spell('phone', 'whatsappnumber'),
  ...spell('firstName', 'firstname givenname'),
  ...spell('lastName', 'lastname familyname surname'),
  ...spell('zip', 'zip zipcode postalcode postcode'),
  ...spell('text', 'street streetaddress streetname streetnumber housenumber address addresses addressline'),
  ...spell('text', 'line1 line2 line3 birthday birthdate dateofbirth dob'),
  ...spell('text', 'customername contactname billingname buyername recipientname receivername inviteename'),
  ...spell('text', 'cardholder cardholdername nameoncard'),
]);
/** Personal only inside a person or an address; elsewhere the name of a product, page or campaign. */
const PERSON_KINDS = new Map(spell('text', 'name fullname'));

const RELATED =
  /^(?:customer|contact|billing|shipping|delivery|user|buyer|shopper|guest|member|primary|default|home|work)(?=.)/;
const OTHER = /^(?:recipient|receiver|invitee|friend)(?=.)/;
const HASHED = /^(?:sha256|hashed|hash)(?=.)|(?<=.)(?:sha256|hashed|hash)$/;
/** A cheap first test; every name above contains one of these. */
const STEM =
  /mail|phone|mobile|tel|msisdn|whatsapp|name|zip|post|street|house|addr|line|birth|d\.?o\.?b|cardholder/i;

function spell(kind: FieldKind, names: string): [string, FieldKind][] {
  return names.split(' ').map((name) => [name, kind]);
}

const canonical = (key: string) => key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Size of each cache; the known fields are some hundreds. */
const NAMES = 2_000;
const nameInPerson = memoize(NAMES, (key) => readName(key, true));
const nameInThing = memoize(NAMES, (key) => readName(key, false));

export const nameOf = (key: string, isPerson: boolean): Name =>
  isPerson ? nameInPerson(key) : nameInThing(key);

/** The kind of personal data in a field of this name; undefined when the field is not known to be personal. */
export const fieldOf = (key: string, isPerson: boolean): Field | undefined => nameOf(key, isPerson).field;

const UNKNOWN_NAME: Name = { ...UNKNOWN, field: undefined };

function readName(key: string, isPerson: boolean): Name {
  const words = kindOfKey(key, isPerson);
  const field = listedField(key, isPerson);
  if (words === UNKNOWN && field === undefined) return UNKNOWN_NAME;
  const { kind, needs, isHashed, owner, isId, isPersonId, isThing, bareName, place } = words;
  const byWords = kind && { kind, isHashed, owner, ...(needs && { needs }) };
  return { field: field ?? byWords, isId, isPersonId, isThing, bareName, place };
}

/** The fields whose names are listed here, as against those that their words tell. */
function listedField(key: string, isPerson: boolean): Field | undefined {
  if (!STEM.test(key)) return undefined;
  const spelled = canonical(key);
  const name = spelled.replace(HASHED, '');
  const isHashed = name !== spelled;
  const isOther = OTHER.test(name);
  const own = kindOf(name, isPerson);
  if (own) return { kind: own, isHashed, owner: isOther ? 'other' : 'own' };
  const kind = kindOf(name.replace(isOther ? OTHER : RELATED, ''), false);
  return kind && { kind, isHashed, owner: isOther ? 'other' : 'related' };
}

/** A trailing number is ignored: `phone2`, `address_1`. */
function kindOf(name: string, isPerson: boolean): FieldKind | undefined {
  const find = (of: string) => KINDS.get(of) ?? (isPerson ? PERSON_KINDS.get(of) : undefined);
  return find(name) ?? find(name.replace(/\d{1,2}$/, ''));
}

/** As `fieldOf` for the name of a URL parameter: `phone`, `customer[phone]`, `checkout.shipping.phone`. */
export const parameterOf = memoize(NAMES, (key): Field | undefined => {
  // `[phone]` alone is the result of an earlier redaction.
  if (key.startsWith('[')) return undefined;
  const last = key.split(/[[\].]+/).findLast(Boolean) ?? '';
  const field = fieldOf(last, canonical(last) !== 'name') ?? fieldOf(key, false);
  // `client=web`
  return field?.needs === 'two-words' ? undefined : field;
});

/** A person or address. Lower ranks are better evidence of who acted. */
export interface Container {
  /** Undefined: another person, who must not be mistaken for the visitor. */
  rank: number | undefined;
  /** `shipping` may also be a method: then none of its fields is of a person or an address. */
  mayBeMethod?: boolean;
}

const PERSONS = new Set(['customer', 'buyer', 'user', 'shopper', 'guest', 'member', 'contact', 'profile']);
const OTHERS = new Set(['recipient', 'receiver', 'invitee', 'friend', 'recipients', 'person', 'people']);
/** Places in a message where a person's data can be, best evidence first. */
export const RANKS = {
  traits: 0,
  contextTraits: 1,
  userId: 2,
  properties: 3,
  person: 4,
  address: 5,
  billing: 6,
  shipping: 7,
  otherId: 9,
} as const;

export const containerOf = memoize(NAMES, (key): Container | undefined => {
  const name = canonical(key);
  if (PERSONS.has(name)) return { rank: RANKS.person };
  if (OTHERS.has(name)) return { rank: undefined };
  if (/^billing(?:address(?:es)?)?$/.test(name)) return { rank: RANKS.billing };
  if (/^(?:shipping|delivery)(?:address(?:es)?)?$/.test(name))
    return { rank: RANKS.shipping, mayBeMethod: !name.includes('address') };
  if (/^(?:default|home|customer|user)?address(?:es)?$/.test(name)) return { rank: RANKS.address };
  return /address(?:es)?$/.test(name) || kindOfKey(key, false).isContainer ? { rank: undefined } : undefined;
});
