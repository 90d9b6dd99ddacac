import { describe, expect, test } from 'vitest';
import { createTargets } from '../../server/analytics/targets.ts';
import type { Flow, MarketingRule } from '../../server/config/config.ts';

const targets = (rules: MarketingRule[], flows: Flow[] = []) =>
  createTargets({ attributionMs: 0, rules, flows });
const likes = (pattern: string, value: string) =>
  targets([{ marketing_event_id: 'MA_1', utm_campaign: pattern }]).link({ campaign: value }) !== undefined;

describe('a rule about links', () => {
  test.each<[string, string, boolean]>([
    ['spring', 'spring', true],
    ['spring', 'SPRING', true],
    ['SPRING', 'spring', true],
    ['spring', 'spring-sale', false],
    ['spring', 'myspring', false],
    ['spring*', 'spring', true],
    ['spring*', 'Spring-Sale', true],
    ['spring*', 'offspring', false],
    ['*spring', 'offspring', true],
    ['*spring*', 'offspring2', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-c-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*bc', 'abc', false],
    ['*ab*ab', 'ab', false],
    ['*ab*ab*', 'ab', false],
    ['*b*a*', 'ab', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['**', 'anything', true],
    ['a.c', 'abc', false],
    ['a+(b)[c]?', 'a+(b)[c]?', true],
    ['春*', '春天', true],
  ])('%s and the value %j: %s', (pattern, value, isLike) => {
    expect(likes(pattern, value)).toBe(isLike);
  });

  test('an absent value matches no pattern: `*` does not make every page view a landing', () => {
    const { link } = targets([{ marketing_event_id: 'MA_1', utm_source: 'mail', utm_medium: '*' }]);
    expect(link({ source: 'mail', medium: '' })).toBe('MA_1');
    expect(link({ source: 'mail' })).toBeUndefined();
    expect(targets([{ marketing_event_id: 'MA_1', utm_campaign: '*' }]).link({})).toBeUndefined();
  });

  test('all its values must match', () => {
    const { link } = targets([{ marketing_event_id: 'MA_1', utm_source: 'tiktok', utm_medium: 'paid*' }]);
    expect(link({ source: 'TikTok', medium: 'paid-social' })).toBe('MA_1');
    expect(link({ source: 'TikTok', medium: 'organic' })).toBeUndefined();
  });

  test('the earlier rule wins, and an id in the link before any', () => {
    const { link } = targets([
      { marketing_event_id: 'MA_1', utm_campaign: 'spring*' },
      { marketing_event_id: 'MA_2', utm_campaign: '*' },
    ]);
    expect(link({ campaign: 'spring-1' })).toBe('MA_1');
    expect(link({ campaign: 'autumn' })).toBe('MA_2');
    expect(link({ campaign: 'spring-1', id: 'MA_9' })).toBe('MA_9');
    expect(link({ campaign: 'spring-1', id: '4073' })).toBe('MA_1');
  });

  test('a rule matches a number', () => {
    expect(targets([{ marketing_event_id: '4073', utm_id: '4073' }]).link({ id: '4073' })).toBe('4073');
  });

  test('does not match messages, nor a message rule links', () => {
    const { link, message } = targets([
      { marketing_event_id: 'MA_1', utm_campaign: '*' },
      { marketing_event_id: 'MA_2', campaign_id: '12' },
    ]);
    expect(message({ campaign_id: '12' })).toEqual({ marketingEventId: 'MA_2' });
    expect(message({ campaign_id: '13', utm_campaign: 'x' })).toEqual({});
    expect(link({ campaign: 'x' })).toBe('MA_1');
    expect(link({ campaign_id: '12' })).toBeUndefined();
  });

  test('matching takes time linear in the link’s length', () => {
    // Every part of the pattern is looked for behind the one before, so the text is walked through once: a pattern of
    // many parts over text that almost fits is where going back would show, by minutes.
    const pattern = `${'a*'.repeat(60)}b`;
    const startedAtMs = performance.now();
    for (let time = 0; time < 100; time++) expect(likes(pattern, 'a'.repeat(8_000))).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });
});

describe('a rule or flow about messages', () => {
  const flow: Flow = {
    flow_id: 'F1',
    campaign_id: '12',
    nodes: [
      { node_id: 'N1', action_id: '7' },
      { node_id: 'N2', action_id: '8' },
    ],
  };

  test.each(['campaign_id', 'broadcast_id', 'newsletter_id', 'transactional_message_id'] as const)(
    'is found by %s, as number or as text',
    (name) => {
      const { message } = targets(
        [{ marketing_event_id: 'MA_1', [name]: '12' }],
        [{ flow_id: 'F1', [name]: '12', nodes: [] }],
      );
      for (const id of [12, '12'])
        expect(message({ [name]: id })).toEqual({ marketingEventId: 'MA_1', flowId: 'F1' });
      for (const id of ['012', 13, null, true, ['12'], { id: 12 }])
        expect(message({ [name]: id })).toEqual({});
      expect(message({})).toEqual({});
    },
  );

  test('belongs to the node of its action; to the flow alone when the action is not listed', () => {
    const { message } = targets([], [flow]);
    expect(message({ campaign_id: 12, action_id: 8 })).toEqual({ flowId: 'F1', nodeId: 'N2' });
    expect(message({ campaign_id: 12, action_id: '7' })).toEqual({ flowId: 'F1', nodeId: 'N1' });
    expect(message({ campaign_id: 12, action_id: 9 })).toEqual({ flowId: 'F1' });
    expect(message({ campaign_id: 12 })).toEqual({ flowId: 'F1' });
    expect(message({ action_id: 7 })).toEqual({});
  });

  test('a rule may be about one action, and the earlier rule wins', () => {
    const { message } = targets([
      { marketing_event_id: 'MA_one', campaign_id: '12', action_id: '7' },
      { marketing_event_id: 'MA_all', campaign_id: '12' },
    ]);
    expect(message({ campaign_id: 12, action_id: 7 })).toEqual({ marketingEventId: 'MA_one' });
    expect(message({ campaign_id: 12, action_id: 8 })).toEqual({ marketingEventId: 'MA_all' });
  });
});
