import { describe, expect, test } from 'vitest';
import { isSkip, toItem } from '../../server/destinations/destination.ts';
import { DESTINATIONS } from '../../server/destinations/registry.ts';

describe.each(DESTINATIONS)('$name', (destination) => {
  test.each(destination.examples)('$title', ({ event, settings, facts, expected }) => {
    expect(destination.map(event, settings, facts ?? {})).toStrictEqual(expected);
  });

  test.each(destination.examples)('the API would take it: $title', ({ settings, expected }) => {
    for (const payload of isSkip(expected) ? [] : expected)
      expect(destination.payload.safeParse(payload).error).toBeUndefined();
    expect(destination.settings.safeParse(settings).error).toBeUndefined();
  });

  test('a request is JSON, under its size, to the configured host', () => {
    const example = destination.examples.find(({ expected }) => Array.isArray(expected));
    const settings = { ...(example?.settings as object), endpoint: 'http://127.0.0.1:9' };
    const expected = example?.expected as unknown[];
    const items = expected.map((payload) => toItem(destination, payload));
    const request = destination.request(items, { settings, nowMs: 0 });
    expect(new URL(request.url).host).toBe('127.0.0.1:9');
    expect(Object.keys(JSON.parse(request.body))).not.toHaveLength(0);
    expect(request.headers['Content-Type']).toMatch(/^application\/json/);
  });

  test('an unexpected key never leaves', () => {
    const payloads = destination.examples.flatMap(({ expected }) => (isSkip(expected) ? [] : expected));
    expect(payloads.length).toBeGreaterThan(0);
    for (const payload of payloads)
      expect(destination.payload.safeParse({ ...(payload as object), surprise: 1 }).success).toBe(false);
  });
});
