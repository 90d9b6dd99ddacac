import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/** One file of ours, parsed. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  path: string;
  text: string;
  /** The file without comments. */
  code: string;
  /** Paths of our own files that it imports or re-exports, types included. */
  imports: string[];
  /** Specifiers of packages and Node modules that it imports. */
  packages: string[];
  /** Every identifier and private name. */
  identifiers: ReadonlySet<string>;
  /** Every regular expression as it is written, with its flags. */
  regularExpressions: string[];
}

const printer = ts.createPrinter({ removeComments: true });
const parsed = new Map<string, SourceFile>();

/** Reads and parses the files that match these patterns; built files and installed packages are left out. */
export function readSources(patterns: readonly string[]): SourceFile[] {
  const exclude = ['{client,server}/dist/**', '**/node_modules/**'];
  return globSync([...patterns], { exclude })
    .toSorted()
    .map((path) => path.replaceAll('\\', '/'))
    .map((path) => {
      const file = parsed.get(path) ?? readSource(path);
      parsed.set(path, file);
      return file;
    });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const tree = ts.createSourceFile(path, text, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const specifiers: string[] = [];
  const identifiers = new Set<string>();
  const regularExpressions: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) regularExpressions.push(node.text);
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) identifiers.add(node.text);
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      specifiers.push((node.moduleSpecifier as ts.StringLiteral).text);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) specifiers.push(argument.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  let code: string | undefined;
  const isOwn = (specifier: string) => specifier.startsWith('.');
  return {
    path,
    text,
    get code() {
      code ??= printer.printFile(tree);
      return code;
    },
    imports: specifiers.filter(isOwn).map((specifier) => normalize(join(dirname(path), specifier))),
    packages: specifiers.filter((specifier) => !isOwn(specifier)),
    identifiers,
    regularExpressions,
  };
}
