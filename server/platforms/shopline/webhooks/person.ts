import { TTCLID, TTP } from '../../../../shared/click-ids.ts';
import { isPlaceholder } from '../../../../shared/order-ids.ts';
import { compact } from '../../../destinations/values.ts';
import type { Account, Subject } from '../../webhooks/mapped.ts';
import type { Address, Person } from './payload.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function readPerson(person: Person): Subject {
  const { user_id, customer, client_details } = person;
  // Every guest has the user ID 0, which is no ID: it would make them one person.
  const userId = user_id ?? customer?.id;
  const anonymousId = attributeOf(person, '_sb_id');
  return {
    ...(userId && { userId, ...readAccount(person, userId) }),
    ...(anonymousId && UUID.test(anonymousId) && { anonymousId: anonymousId.toLowerCase() }),
    context: {
      ...compact({
        ip: person.browser_ip ?? client_details?.browser_ip,
        userAgent: client_details?.user_agent,
        locale: person.customer_locale?.replace(/^([a-z]{2})([A-Z]{2})$/, '$1-$2'),
        tiktok: compact({
          ttclid:
            clickId(attributeOf(person, TTCLID), 1024) ??
            clickId(parameter(person.landing_site, TTCLID), 1024),
          ttp: clickId(attributeOf(person, TTP), 256),
        }),
        traits: readTraits(person),
      }),
    },
  };
}

/** Email and phone on the order itself, and those of its addresses, were typed at the checkout. */
function readAccount({ customer }: Person, userId: string): { account?: Account } {
  if (!customer || (customer.id !== undefined && customer.id !== userId)) return {};
  const { email, phone, area_code } = customer;
  const account = compact({ email, phone: phone && international(phone, area_code) });
  return account ? { account } : {};
}

/** A cart attribute that the snippet set. */
const attributeOf = ({ note_attributes }: Person, name: string) =>
  note_attributes.find((attribute) => attribute.name === name)?.value;
/** An ID that is too long is left out: truncated it would match nothing. */
const clickId = (id: string | undefined, maxLength: number) =>
  id !== undefined && id.length <= maxLength && !isPlaceholder(id) ? id : undefined;
const parameter = (url: string | undefined, name: string) =>
  URL.parse(url ?? '', 'https://shop.invalid')?.searchParams.get(name) || undefined;

function readTraits(person: Person) {
  const { customer, billing_address, shipping_address } = person;
  const addresses = [billing_address, shipping_address, ...(customer?.addresses ?? [])].filter(
    (address) => address !== undefined,
  );
  const named = [customer, ...addresses].find((one) => one?.first_name ?? one?.last_name);
  const address = addresses.find((one) => one.address1 ?? one.zip ?? one.country_code);
  return compact({
    email: person.email ?? customer?.email,
    phone: readPhone(person, addresses),
    first_name: named?.first_name,
    last_name: named?.last_name,
    address: address && readAddress(address),
  });
}

const readAddress = ({ first_name: _, last_name: __, phone: ___, ...place }: Address) => compact(place);

function readPhone(person: Person, addresses: readonly Address[]): string | undefined {
  const { customer } = person;
  const phone = person.phone ?? customer?.phone ?? addresses.find((address) => address.phone)?.phone;
  return (
    phone && international(phone, phone === customer?.phone ? customer.area_code : person.phone_area_code)
  );
}

/** A local number gets the country code that the payload states with it. */
function international(phone: string, code: string | undefined): string {
  const digits = code?.replace(/\D/g, '').replace(/^0+/, '');
  return digits && !/^\s*(?:\+|00)/.test(phone) ? `+${digits} ${phone}` : phone;
}
