import type { Options } from '../api.ts';

/** Globals of other scripts. */
export interface Page {
  ttq?: unknown;
  Shopline?: { designMode?: unknown };
  __PRELOAD_STATE__?: { eventTrace?: unknown };
}

/** What makes events count twice or not at all, and the remedy, one per line. */
export const warnings = (page: Page, options: Options, trouble: string | false): string => {
  const isMirror = options.pixel === 'mirror';
  const hasPixel = page.ttq || document.querySelector('[src*="analytics.tiktok.com"]');
  return [
    hasPixel &&
      (isMirror
        ? (page.Shopline || page.__PRELOAD_STATE__?.eventTrace) &&
          'If SHOPLINE loads the TikTok pixel, turn off its TikTok channel: it sends Purchase and CompletePayment too.'
        : 'TikTok pixel without data-pixel="mirror": conversions may be counted twice.'),
    page.Shopline?.designMode && 'Theme editor (Shopline.designMode): no events are sent.',
    trouble,
  ]
    .filter((warning) => warning)
    .join('\n');
};
