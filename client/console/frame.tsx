import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Session } from '../../shared/operator-api/index.ts';
import type { Api } from './api.ts';
import { Boundary } from './boundary.tsx';
import { type Console, ConsoleContext, useConsole } from './context.ts';
import { createFormat } from './format.ts';
import { Navigation } from './navigation.tsx';
import { go, hrefOf, type Place, usePlace } from './place.ts';
import { Settings, type SettingsProps } from './settings.tsx';
import { createStream } from './stream.ts';
import { viewOf } from './views/index.ts';
import type { Words } from './words/words.ts';

interface FrameProps {
  api: Api;
  words: Words;
  settings: SettingsProps;
  session: Session;
  logOut: () => void;
}

/** Skip link, navigation, shop, settings, and the view that the address names. */
export function Frame({ api, words, settings, session, logOut }: FrameProps) {
  const place = usePlace();
  const [said, announce] = useState('');
  const main = useMain(place);
  const shop = session.shops.find(({ id }) => id === place.query.shop) ?? session.shops[0];
  const titleOf = useCallback(
    (name: string) => session.destinations.find((one) => one.name === name)?.title ?? name,
    [session],
  );
  const { language } = settings;
  const format = useMemo(() => createFormat(language), [language]);
  const stream = useMemo(() => createStream(api, shop?.id ?? ''), [api, shop?.id]);
  const value = useMemo<Console | undefined>(
    () => shop && { api, session, shop, stream, words, format, language, titleOf, announce },
    [api, session, shop, stream, words, format, language, titleOf],
  );
  if (!value || !shop) return <main class="entrance">{words.frame.noShop}</main>;
  const { View, key } = viewOf(place);
  return (
    <ConsoleContext.Provider value={value}>
      <button type="button" class="skip" onClick={() => main.current?.focus()} data-test="skip">
        {words.frame.skip}
      </button>
      <div class="frame">
        <header class="side">
          <a class="brand" href={hrefOf([], { shop: place.query.shop })}>
            Storebeacon
          </a>
          <Navigation place={place} />
          <div class="side-end">
            {session.shops.length > 1 && <ShopSelect place={place} session={session} shop={shop.id} />}
            <Settings {...settings} words={words} />
            {session.endsAtMs !== undefined && (
              <button type="button" class="link" onClick={logOut} data-test="logout">
                {words.frame.logOut}
              </button>
            )}
            <small class="soft">{session.version}</small>
          </div>
        </header>
        <main ref={main} tabIndex={-1} id="main">
          <Boundary key={`${key} ${shop.id}`}>
            <View place={place} />
          </Boundary>
        </main>
      </div>
      <p class="unseen" role="status" data-test="said">
        {said}
      </p>
    </ConsoleContext.Provider>
  );
}

/** Where another view opens, it starts at its top and has the focus, so that the keyboard and screen readers follow. */
function useMain({ path }: Place) {
  const main = useRef<HTMLElement>(null);
  const name = path.join('/');
  const former = useRef(name);
  useEffect(() => {
    if (former.current === name) return;
    former.current = name;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [name]);
  return main;
}

function ShopSelect({ place, session, shop }: { place: Place; session: Session; shop: string }) {
  const { words } = useConsole();
  // Ids of one shop mean nothing in another: the list of the view opens.
  const open = (id: string) => go(hrefOf(place.path.slice(0, 1), { shop: id }));
  return (
    <select
      class="shop-select"
      data-test="shop"
      aria-label={words.frame.shop}
      value={shop}
      onChange={({ currentTarget: { value } }) => open(value)}
    >
      {session.shops.map(({ id }) => (
        <option key={id} value={id}>
          {id}
        </option>
      ))}
    </select>
  );
}
