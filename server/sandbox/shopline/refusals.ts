import type { FieldIssue } from '../issues.ts';
import { itemsOf, refuse, type ValidationResult } from '../stand-in.ts';

/** The list in a body whose items are accepted or refused. */
export type ListName = 'events' | 'marketing_activity_datas' | 'flow_data_list';

/** An error in SHOPLINE's form: `{errors: "<text>"}`. */
export const refusal = (status: number, why: string, body: unknown, list: ListName): ValidationResult =>
  refuse(status, { errors: why }, itemsOf(body, list), why);

export const unprocessable = ({ field, message }: Omit<FieldIssue, 'code'>, body: unknown, list: ListName) =>
  refusal(422, `${field}: ${message}`, body, list);
