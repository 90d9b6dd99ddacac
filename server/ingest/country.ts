import type { IncomingHttpHeaders } from 'node:http';
import { type CountryResponse, open } from 'maxmind';
import { OperatorError } from '../lib/operator-error.ts';

/** The visitor's country as ISO 3166-1 alpha-2, upper case; undefined when unknown. */
export type CountryOf = (headers: IncomingHttpHeaders, ip: string | undefined) => string | undefined;

/** CDNs send `XX` for unknown and `T1` for Tor. */
const isCountry = (text: unknown): text is string =>
  typeof text === 'string' && /^[A-Z]{2}$/.test(text) && text !== 'XX';

/**
 * Reads the country from the header a CDN sets, else from a MaxMind database.
 *
 * @param header its name in lower case.
 * @param file path of the database; undefined: none is used.
 * @throws {OperatorError} when the file is not a MaxMind database.
 */
export async function createCountryOf(header: string, file: string | undefined): Promise<CountryOf> {
  const reader = file === undefined ? undefined : await openDatabase(file);
  return (headers, ip) => {
    const value = headers[header];
    const fromHeader = typeof value === 'string' ? value.toUpperCase() : undefined;
    if (isCountry(fromHeader)) return fromHeader;
    const found = reader && ip !== undefined ? reader.get(ip)?.country?.iso_code : undefined;
    return isCountry(found) ? found : undefined;
  };
}

const openDatabase = (file: string) =>
  open<CountryResponse>(file).catch((error: unknown) => {
    const { message } = error as Error;
    throw new OperatorError(`MAXMIND_FILE ${file} cannot be read as a MaxMind database: ${message}`);
  });
