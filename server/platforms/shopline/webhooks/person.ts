import { compact } from '../../../destinations/values.ts';
import type { Who } from '../../webhooks/mapped.ts';
import type { Address, Person } from './payload.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function readPerson(person: Person): Who {
  const { user_id, customer, client_details } = person;
  const userId = [user_id, customer?.id].find(isSomebody);
  const anonymousId = note(person, '_sb_id');
  return {
    ...(userId && { userId }),
    ...(anonymousId && UUID.test(anonymousId) && { anonymousId: anonymousId.toLowerCase() }),
    context: {
      ...compact({
        ip: person.browser_ip ?? client_details?.browser_ip,
        userAgent: client_details?.user_agent,
        locale: person.customer_locale?.replace(/^([a-z]{2})([A-Z]{2})$/, '$1-$2'),
        tiktok: compact({
          ttclid: clickId(note(person, 'ttclid') ?? parameter(person.landing_site, 'ttclid'), 1024),
          ttp: clickId(note(person, '_ttp'), 256),
        }),
        traits: readTraits(person),
      }),
    },
  };
}

/** A guest must not become the same person as every other guest. */
const isSomebody = (id: string | undefined) => id !== undefined && id !== '0';

const note = ({ note_attributes }: Person, name: string) =>
  note_attributes.find((attribute) => attribute.name === name)?.value;
/** An id cut short matches nothing. */
const clickId = (id: string | undefined, maxLength: number) =>
  id !== undefined && id.length <= maxLength ? id : undefined;
const parameter = (url: string | undefined, name: string) =>
  URL.parse(url ?? '', 'https://shop.invalid')?.searchParams.get(name) || undefined;

function readTraits(person: Person) {
  const { customer, billing_address, shipping_address } = person;
  const addresses = [billing_address, shipping_address, ...(customer?.addresses ?? [])].filter(
    (address) => address !== undefined,
  );
  const named = [customer, ...addresses].find((who) => who?.first_name ?? who?.last_name);
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

/** A local number with the country code that stands beside it. */
function readPhone(person: Person, addresses: readonly Address[]): string | undefined {
  const { customer } = person;
  const phone = person.phone ?? customer?.phone ?? addresses.find((address) => address.phone)?.phone;
  const code = phone === customer?.phone ? customer?.area_code : person.phone_area_code;
  const digits = code?.replace(/\D/g, '').replace(/^0+/, '');
  return phone && digits && !/^\s*(?:\+|00)/.test(phone) ? `+${digits} ${phone}` : phone;
}
