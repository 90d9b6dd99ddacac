import type { Notice, Storebeacon } from './api.ts';

/**
 * Hands the visitor's id over to another host of the shop (`data-domains`, separated by spaces), in the link that
 * leads there. That host's snippet takes it for two minutes, if it knows nobody yet.
 */
const { anonymousId, listen, options } = window.storebeacon as Storebeacon;
const hosts = options.domains?.split(' ');
let isAllowed = false;
listen((...[kind, consent]: Notice) => {
  if (kind === 'consent') isAllowed = Object.values(consent).includes(true);
});

const decorate = (event: Event) => {
  const link = (event.composedPath() as HTMLAnchorElement[]).find(
    ({ host }) => host && host !== location.host && hosts?.includes(host),
  );
  if (!link || !isAllowed) return;
  // As text: read and written again, what else it says might come out in other words, and may be signed.
  const others = link.search.replace(/([?&])_sb=[^&]*&?/, '$1').replace(/[?&]$/, '');
  link.search = `${others && `${others}&`}_sb=${anonymousId()}.${Date.now()}`;
};
document.addEventListener('click', decorate, true);
document.addEventListener('auxclick', decorate, true);
