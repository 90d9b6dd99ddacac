import { inEnglish, type NoticeCode, notice } from '../../../shared/advice/notice.ts';
import type { Notice } from '../../../shared/operator-api/common.ts';
import type { Finding } from '../../../shared/operator-api/index.ts';

type About = Pick<Finding, 'shop' | 'destination'>;

/** A finding with its words in English; the values are those that the words of this code have places for. */
export const finding = <C extends NoticeCode>(
  id: C,
  severity: Finding['severity'],
  values: Parameters<typeof notice<C>>[1],
  about: About = {},
): Finding => findingOf(notice(id, values), severity, about);

export function findingOf(found: Notice, severity: Finding['severity'], about: About = {}): Finding {
  const { code: id, values } = found;
  const { means: words, todo } = inEnglish(found);
  return { id, severity, ...about, values, words, ...(todo !== '' && { todo }) };
}

/** Each once: the configuration and a request may show the same. */
export function distinctFindings(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ id, shop, destination, words }: Finding) => [id, shop, destination, words].join(' ');
  return [...new Map(findings.map((one) => [keyOf(one), one])).values()];
}
