import type { z } from 'zod';
import { OperatorError } from '../lib/operator-error.ts';
import { isRedacted, secretLengthProblem } from './secrets.ts';
import { blankAsUnset, type Variables } from './variables.ts';

/** Every problem of a configuration, in words for an operator and without secrets. */
export class ConfigError extends OperatorError {
  override name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `- ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** Problems by variable: the first one found of each is kept. */
export type VariableProblems = Map<string, string>;

export function addProblem(problems: VariableProblems, variable: string, words: string): void {
  if (!problems.has(variable)) problems.set(variable, words);
}

/** What a variable is and what it should be. The value of a secret is not shown. */
export function describeProblem(variable: string, value: unknown, expected: string): string {
  if (blankAsUnset(value) === undefined) return `${variable} is missing; expected ${expected}`;
  return `${variable} is ${isRedacted(variable) ? 'set' : JSON.stringify(value)}; expected ${expected}`;
}

/** Parses the variables a schema names; undefined when one of them is wrong. */
export function parseVariables<S extends z.ZodObject>(
  schema: S,
  variables: Variables,
  problems: VariableProblems,
): z.output<S> | undefined {
  const known = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, blankAsUnset(variables[name])]),
  );
  for (const [name, value] of Object.entries(known)) {
    const words = secretLengthProblem(name, value);
    if (words !== undefined) addProblem(problems, name, words);
  }
  const parsed = schema.safeParse(known);
  for (const { path, message } of parsed.error?.issues ?? []) {
    const variable = String(path[0]);
    addProblem(problems, variable, describeProblem(variable, variables[variable], message));
  }
  return parsed.data;
}
