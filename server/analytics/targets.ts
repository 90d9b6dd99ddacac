import type { JsonObject } from '../../shared/protected-event.ts';
import type { Flow, MarketingRule, StatisticsSettings } from '../config/config.ts';
import type { Targets } from './facts.ts';

/** utm values as a link carries them, without their prefix: `source`, `id` … */
export type Utm = Readonly<Record<string, string>>;

/** The marketing event or flow of a link or message, by the shop's configuration. */
export interface TargetsOf {
  /** The marketing event of a link; undefined for a link of none. */
  link(utm: Utm): string | undefined;
  /** @param ids `campaign_id`, `action_id` … as the event carries them. */
  message(ids: JsonObject): Targets;
}

const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_content', 'utm_term', 'utm_id'] as const;
const MESSAGES = ['campaign_id', 'broadcast_id', 'newsletter_id', 'transactional_message_id'] as const;

/** A marketing event's id, as links carry it. */
const MARKETING_EVENT = /^MA_[^\s\p{Cc}]{1,250}$/u;

export function createTargets({ rules, flows }: StatisticsSettings): TargetsOf {
  const links = rules.flatMap(linkRule);
  const messages = rules.filter((rule) => !UTM.some((name) => rule[name] !== undefined));
  return {
    link(utm) {
      if (utm.id !== undefined && MARKETING_EVENT.test(utm.id)) return utm.id;
      return links.find(({ matches }) => matches(utm))?.id;
    },
    message(ids) {
      const rule = messages.find((candidate) => isAbout(candidate, ids, [...MESSAGES, 'action_id']));
      const flow = flows.find((candidate) => isAbout(candidate, ids, MESSAGES));
      const node = flow?.nodes.find(({ action_id }) => action_id === textOf(ids.action_id));
      return {
        ...(rule && { marketingEventId: rule.marketing_event_id }),
        ...(flow && { flowId: flow.flow_id }),
        ...(node && { nodeId: node.node_id }),
      };
    },
  };
}

function linkRule(rule: MarketingRule): { id: string; matches: (utm: Utm) => boolean }[] {
  const wanted = UTM.flatMap((name) => {
    const pattern = rule[name];
    return pattern === undefined ? [] : [{ key: name.slice('utm_'.length), isLike: globOf(pattern) }];
  });
  if (wanted.length === 0) return [];
  return [
    {
      id: rule.marketing_event_id,
      matches: (utm) =>
        wanted.every(({ key, isLike }) => {
          const value = utm[key];
          return value !== undefined && isLike(value);
        }),
    },
  ];
}

/** Ignores case; `*` stands for any text. Runs in linear time, also on hostile links. */
function globOf(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const last = rest.pop();
  return (value) => {
    const text = value.toLowerCase();
    if (last === undefined) return text === first;
    if (!text.startsWith(first)) return false;
    let end = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, end);
      if (found < 0) return false;
      end = found + part.length;
    }
    return text.length >= end + last.length && text.endsWith(last);
  };
}

/** True when the event has every id that the candidate names. */
const isAbout = (
  candidate: MarketingRule | Flow,
  ids: JsonObject,
  names: readonly (keyof MarketingRule & string)[],
): boolean =>
  names.every((name) => {
    const wanted = (candidate as MarketingRule)[name];
    return wanted === undefined || wanted === textOf(ids[name]);
  });

const textOf = (id: unknown) => (typeof id === 'number' ? String(id) : id);
