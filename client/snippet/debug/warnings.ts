import type { Options } from '../api.ts';

/** What others put on the page. */
export interface Page {
  ttq?: unknown;
  Shopline?: { designMode?: unknown };
  __PRELOAD_STATE__?: { eventTrace?: unknown };
}

/** In words, what makes a shop count wrong or not at all, and what to do about it. */
export const warnings = (page: Page, options: Options, trouble: string): string => {
  const isMirror = options.pixel === 'mirror';
  const hasPixel = page.ttq || document.querySelector('[src*="analytics.tiktok.com"]');
  return [
    hasPixel &&
      (isMirror
        ? (page.Shopline || page.__PRELOAD_STATE__?.eventTrace) &&
          'If SHOPLINE loads the TikTok pixel, switch its channel off: it sends Purchase and CompletePayment too.'
        : 'TikTok pixel without data-pixel="mirror": conversions may count twice.'),
    page.Shopline?.designMode && 'Theme editor (Shopline.designMode): nothing is sent.',
    trouble,
  ]
    .filter((warning) => warning)
    .join('\n');
};
