import type { Session } from '../../../shared/operator-api/index.ts';
import type { Config, Shop } from '../../config/config.ts';
import { titleOf } from '../../destinations/destination.ts';
import type { OperatorSession } from '../../http/operator-sessions.ts';
import { readVersion } from '../../lib/version.ts';

interface SessionParts {
  config: Pick<Config, 'shops'>;
  isDemo: boolean;
}

/** What the console shows without asking further routes. `session` is absent where no token is needed. */
export function describeSession(
  { config: { shops }, isDemo }: SessionParts,
  csrf: string,
  session: OperatorSession | undefined,
): Session {
  const titles = new Map(
    shops.flatMap(({ destinations }) =>
      destinations.map(({ destination }) => [destination.name, titleOf(destination)] as const),
    ),
  );
  return {
    csrf,
    version: readVersion(),
    ...(session && { endsAtMs: session.endsAtMs }),
    shops: shops.map(describeShop),
    destinations: [...titles].map(([name, title]) => ({ name, title })),
    isDemo,
  };
}

const describeShop = ({
  id,
  currency,
  country,
  ordersFrom,
  destinations,
}: Shop): Session['shops'][number] => ({
  ...{ id, currency, country, ordersFrom },
  destinations: destinations.map(({ destination }) => ({
    name: destination.name,
    title: titleOf(destination),
    purpose: destination.purpose,
    canTest: destination.asTest !== undefined,
  })),
});
