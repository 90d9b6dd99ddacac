import type { FieldIssue } from '../issues.ts';
import { itemsOf, refuse, type Verdict } from '../stand-in.ts';

/** Which list of a body holds the single things that are taken or refused. */
export type ListName = 'events' | 'marketing_activity_datas' | 'flow_data_list';

/** SHOPLINE's one shape of an error: `{errors: "<text>"}`. */
export const refusal = (status: number, why: string, body: unknown, list: ListName): Verdict =>
  refuse(status, { errors: why }, itemsOf(body, list), why);

export const unprocessable = ({ field, message }: Omit<FieldIssue, 'code'>, body: unknown, list: ListName) =>
  refusal(422, `${field}: ${message}`, body, list);
