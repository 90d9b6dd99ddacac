import { isRedacted } from '../../config/secrets.ts';
import type { Encoded } from '../../delivery/prepare.ts';
import { previewRequests } from '../../delivery/preview.ts';
import type { PostRequest } from '../../destinations/destination.ts';
import type { Place } from '../places.ts';

/**
 * Command lines that send these payloads. In place of a secret there is the variable that holds it, for the shell to fill in:
 * `$TIKTOK_ACCESS_TOKEN`.
 */
export function toCurl(
  { destination, settings }: Pick<Place, 'destination' | 'settings'>,
  payloads: readonly Encoded[],
  nowMs: number,
): string {
  const named = withNames(settings, destination.variables);
  return previewRequests(destination, named, payloads, nowMs).map(command).join('\n\n');
}

/** The settings with a name in place of each secret. */
function withNames(settings: unknown, variables: Readonly<Record<string, string>>): unknown {
  const secrets = Object.entries(variables).filter(([, variable]) => isRedacted(variable));
  return {
    ...(settings as object),
    ...Object.fromEntries(secrets.map(([setting, variable]) => [setting, `$${variable}`])),
  };
}

function command({ method, url, headers, body }: PostRequest): string {
  const options = Object.entries(headers).map(([name, value]) => {
    const user = /^authorization$/i.test(name) ? basicUser(value) : undefined;
    return user === undefined ? `-H "${name}: ${inQuotes(value)}"` : `-u "${inQuotes(user)}"`;
  });
  return [`curl -X ${method} ${quote(url)}`, ...options, `--data-binary ${quote(body)}`].join(' \\\n  ');
}

/** The user and password of HTTP Basic. */
function basicUser(value: string): string | undefined {
  const [, base64] = /^Basic (.+)$/.exec(value) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

/** Between single quotes nothing is expanded. */
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** Between double quotes only the names of variables are. */
const inQuotes = (text: string) => text.replace(/[\\"`]/g, '\\$&').replace(/\$(?![A-Z_]+\b)/g, '\\$');
