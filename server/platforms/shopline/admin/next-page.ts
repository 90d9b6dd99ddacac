type Query = Readonly<Record<string, string>>;

const NEXT = /<([^>]*)>\s*;[^,<]*\brel="?next\b/i;

/**
 * What asks for the page after this one: the query of the address that a `Link` header calls `next`. Of the address only
 * the query is used: where we ask, our own configuration says.
 *
 * @returns undefined on the last page.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/paging-mechanism (November 2026)
 */
export function nextPage(link: string | undefined): Query | undefined {
  const url = URL.parse(NEXT.exec(link ?? '')?.[1] ?? '', 'https://shop.invalid');
  return url?.searchParams.get('page_info') ? Object.fromEntries(url.searchParams) : undefined;
}
