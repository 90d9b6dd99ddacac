import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { eventTypes } from './event-types.ts';

/** The public declaration files by name. They import only each other. */
export const publicTypes = (): Record<string, string> => ({
  'index.d.ts': declare('api'),
  'client.d.ts': declare('beacon'),
  'event-properties.d.ts': eventTypes(),
  'thing.d.ts': declare('thing'),
});

const NAMES: Record<string, string> = { api: 'index' };

const declare = (name: string): string => {
  const fileName = `client/snippet/${name}.ts`;
  const { outputText } = ts.transpileDeclaration(readFileSync(fileName, 'utf8'), {
    fileName,
    compilerOptions: { verbatimModuleSyntax: false },
  });
  return outputText.replace(
    /(from ')\.\/([\w-]+)\.ts'/g,
    (_, from, other) => `${from}./${NAMES[other] ?? other}.js'`,
  );
};
