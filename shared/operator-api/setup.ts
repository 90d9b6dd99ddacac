import { z } from 'zod';
import { DestinationName, Notice, NoticeValues, Time } from './common.ts';
import { Breaker } from './overview.ts';

/** Something that was checked. */
export const Finding = z.object({
  /** Stable: `endpoint-unreachable`, `clock-ahead` … */
  id: z.string(),
  severity: z.enum(['ok', 'warning', 'error']),
  shop: z.string().optional(),
  destination: DestinationName.optional(),
  /** What the words hold. */
  values: NoticeValues,
  words: z.string(),
  /** Absent when there is nothing to do. */
  todo: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

/** `GET /admin/setup`. */
export const Setup = z.object({
  /** Errors first. */
  findings: z.array(Finding),
  shops: z.array(
    z.object({
      id: z.string(),
      /** To be pasted into the shop's pages. */
      tag: z.string(),
      ordersFrom: z.enum(['platform', 'server', 'browser']),
      /** Features that are off, with the variables that switch them on. */
      off: z.array(Notice.extend({ words: z.string() })),
      destinations: z.array(
        z.object({
          name: DestinationName,
          title: z.string(),
          breaker: Breaker,
          waiting: z.int(),
          deadLetters: z.int(),
          lastSentAt: Time.optional(),
          canTest: z.boolean(),
        }),
      ),
    }),
  ),
});
export type Setup = z.infer<typeof Setup>;

/** `POST /admin/test-event`. Nothing is stored. */
export const TestEventRequest = z.strictObject({
  shop: z.string().optional(),
  destination: DestinationName,
  /** Default `Product Viewed`. */
  name: z.string().max(255).optional(),
  /** Of TikTok's Test Events page; default `TIKTOK_TEST_EVENT_CODE`. */
  testEventCode: z.string().trim().min(1).max(100).optional(),
});
export type TestEventRequest = z.infer<typeof TestEventRequest>;

export const TestEventAnswer = z.object({
  destination: DestinationName,
  title: z.string(),
  name: z.string(),
  payloads: z.array(z.unknown()),
  outcome: z.enum(['delivered', 'retry', 'paused', 'rejected', 'skipped']),
  reason: z.string().optional(),
  status: z.int().optional(),
  ms: z.number().optional(),
  /** The API's words, or ours where there was no answer. */
  words: z.string().optional(),
  requestId: z.string().optional(),
});
export type TestEventAnswer = z.infer<typeof TestEventAnswer>;
