import { startFlow } from '@walkeros/collector';
import { destinationAPI } from '@walkeros/server-destination-api';
import express from 'express';
import { reportPort } from './report-port.ts';

/**
 * walkerOS 4 as a server: Express takes an event, its collector maps it and its HTTP destination sends it on, one request for
 * each, before the answer. There is no published destination for TikTok: the HTTP destination sends to the stand-in. Nothing is
 * stored. Its argument: where to send.
 */
const [, , url = ''] = process.argv;
const { elb } = await startFlow({
  consent: { marketing: true },
  destinations: { tiktok: { code: destinationAPI, config: { settings: { url, timeout: 30_000 } } } },
});
await elb('walker run');

const app = express();
app.post('/collect', express.json(), async (request, response) => {
  const { messageId, anonymousId, userId, event, context, properties } = request.body;
  const [entity, action] = event.toLowerCase().split(' ');
  await elb({
    name: `${entity} ${action}`,
    id: messageId,
    data: { ...properties, event_id: messageId },
    user: { id: userId, device: anonymousId, ...context.traits },
    context: { page: [context.page.url, 0] },
  });
  response.json({ success: true });
});
reportPort(app.listen(0, '127.0.0.1'));
