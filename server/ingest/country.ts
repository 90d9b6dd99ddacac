import type { IncomingHttpHeaders } from 'node:http';
import { type CountryResponse, open } from 'maxmind';
import { OperatorError } from '../lib/operator-error.ts';

/** Where a visitor is: ISO 3166-1 alpha-2, upper case; undefined when nobody knows. */
export type CountryOf = (headers: IncomingHttpHeaders, ip: string | undefined) => string | undefined;

/** CDNs say `XX` for unknown and `T1` for Tor. */
const isCountry = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Z]{2}$/.test(text) && text !== 'XX';

/**
 * Reads the country from the header a CDN sets, else from a MaxMind database.
 *
 * @param header lower case. @param file undefined: there is no database.
 * @throws {OperatorError} when the file cannot be read as one.
 */
export async function createCountryOf(header: string, file: string | undefined): Promise<CountryOf> {
  const reader = file === undefined ? undefined : await openDatabase(file);
  return (headers, ip) => {
    const said = headers[header];
    const told = typeof said === 'string' ? said.toUpperCase() : undefined;
    if (isCountry(told)) return told;
    const found = reader && ip !== undefined ? reader.get(ip)?.country?.iso_code : undefined;
    return isCountry(found) ? found : undefined;
  };
}

const openDatabase = (file: string) =>
  open<CountryResponse>(file).catch((error: unknown) => {
    const { message } = error as Error;
    throw new OperatorError(`MAXMIND_FILE ${file} cannot be read as a MaxMind database: ${message}`);
  });
