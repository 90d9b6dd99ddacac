import type { Received } from '../record.ts';
import type { FlowBody } from './flows-schema.ts';
import type { MarketingRow } from './marketing-schema.ts';

/** The statistics that SHOPLINE accepted, in order of arrival. */
export interface Reports {
  marketing: MarketingRow[];
  flows: FlowBody[];
}

export function reportsOf(received: readonly Received[]): Reports {
  const at = (end: string) =>
    received.filter(({ path }) => path.endsWith(end)).flatMap(({ reports = [] }) => reports);
  return {
    marketing: at('/sync_data.json') as MarketingRow[],
    flows: at('/batch_sync_flow_data.json') as FlowBody[],
  };
}
