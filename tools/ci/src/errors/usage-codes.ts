/** Which codes the command takes for mistakes in what was typed, beside every `UsageError`. */
import ts from 'typescript';
import { nodesOf, parseSource, type SourceText } from './sources.ts';

const FILE = 'packages/cli/src/output/problem.ts';
const NAME = 'USAGE_CODES';

/** @throws Error when the list is not where it was: then this file has to follow it */
export function usageCodes(texts: readonly SourceText[]): string[] {
  const text = texts.find(({ path }) => path === FILE);
  if (text !== undefined)
    for (const node of nodesOf(parseSource(text).file))
      if (ts.isVariableDeclaration(node) && node.name.getText() === NAME && node.initializer !== undefined)
        return [...nodesOf(node.initializer)].filter(ts.isStringLiteral).map((literal) => literal.text);
  throw new Error(`${FILE} has no ${NAME}`);
}
