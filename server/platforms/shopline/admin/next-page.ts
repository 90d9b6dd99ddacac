import LinkHeader from 'http-link-header';

type Query = Readonly<Record<string, string>>;

/**
 * The query of the next page, from the `Link` header of an answer. Only the query is used: host and path stay those of
 * the configuration.
 *
 * @returns undefined on the last page, and when the header cannot be parsed.
 * @see https://developer.shopline.com/docs/apps/api-instructions-for-use/paging-mechanism (November 2026)
 */
export function nextPage(link: string | undefined): Query | undefined {
  const url = URL.parse(nextUri(link ?? '') ?? '', 'https://shop.invalid');
  return url?.searchParams.get('page_info') ? Object.fromEntries(url.searchParams) : undefined;
}

function nextUri(link: string): string | undefined {
  try {
    return LinkHeader.parse(link).rel('next')[0]?.uri;
  } catch {
    return undefined;
  }
}
