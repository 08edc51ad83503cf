/** Who calls a function that makes errors, and with what. */
import ts from 'typescript';
import { filesBehind, importOf, nodesOf, type Source } from './sources.ts';
import { unwrap, type Bindings, type Placed } from './wording.ts';

export interface NamedFunction {
  readonly name: string;
  readonly node: ts.SignatureDeclaration;
}

/** The function whose parameter a node is. Methods and functions without a name have callers nobody can list. */
export function functionAround(parameter: ts.Node): NamedFunction | undefined {
  const node = ts.findAncestor(parameter, ts.isFunctionLike);
  if (node === undefined) return undefined;
  if (ts.isFunctionDeclaration(node) && node.name !== undefined) return { name: node.name.text, node };
  if (ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name))
    return { name: node.parent.name.text, node };
  return undefined;
}

/** For each call of the function, in its own file or in those that import it: what its parameters stand for. */
export function callsOf(sources: readonly Source[], home: Source, { name, node }: NamedFunction): Bindings[] {
  const found: Bindings[] = [];
  for (const source of sources) {
    const known = source === home ? name : localName(sources, source, home, name);
    if (known === undefined) continue;
    for (const call of nodesOf(source.file))
      if (ts.isCallExpression(call) && ts.isIdentifier(call.expression) && call.expression.text === known)
        found.push(bind(source, node, call));
  }
  return found;
}

/**
 * Where a parameter is taken apart and its type is one of the file's own, of which the file has a list
 * (`const KINDS: readonly Kind[] = […]`): what the parts stand for, once for each entry.
 */
export function rowsOf(home: Source, parameter: ts.Node): Bindings[] {
  const owner = ts.findAncestor(parameter, ts.isParameter);
  if (owner?.type === undefined || !ts.isObjectBindingPattern(owner.name)) return [];
  if (!ts.isTypeReferenceNode(owner.type) || !ts.isIdentifier(owner.type.typeName)) return [];
  const type = owner.type.typeName.text;
  const { elements } = owner.name;
  const found: Bindings[] = [];
  for (const declaration of nodesOf(home.file)) {
    if (!ts.isVariableDeclaration(declaration) || declaration.type === undefined) continue;
    if (![...nodesOf(declaration.type)].some((node) => ts.isIdentifier(node) && node.text === type)) continue;
    const value = declaration.initializer === undefined ? undefined : unwrap(declaration.initializer);
    const rows = value !== undefined && ts.isArrayLiteralExpression(value) ? value.elements : [value];
    for (const row of rows) {
      const bindings = new Map<ts.Node, Placed>();
      if (row !== undefined) bindParts(home, elements, row, bindings);
      if (bindings.size > 0) found.push(bindings);
    }
  }
  return found;
}

function localName(sources: readonly Source[], source: Source, home: Source, name: string): string | undefined {
  const imported = importOf(source, name);
  return imported !== undefined && imported.name === name && filesBehind(sources, source, imported.from).includes(home)
    ? name
    : undefined;
}

function bind(source: Source, { parameters }: ts.SignatureDeclaration, call: ts.CallExpression): Bindings {
  const bindings = new Map<ts.Node, Placed>();
  parameters.forEach((parameter, index) => {
    const argument = call.arguments[index];
    if (argument === undefined) return;
    bindings.set(parameter, { source, expression: argument });
    if (ts.isObjectBindingPattern(parameter.name)) bindParts(source, parameter.name.elements, argument, bindings);
  });
  return bindings;
}

function bindParts(
  source: Source,
  elements: readonly ts.BindingElement[],
  argument: ts.Expression,
  bindings: Map<ts.Node, Placed>,
): void {
  const object = unwrap(argument);
  if (!ts.isObjectLiteralExpression(object)) return;
  for (const element of elements) {
    const wanted = element.propertyName ?? element.name;
    for (const property of object.properties) {
      if (!ts.isIdentifier(wanted) || property.name === undefined || !ts.isIdentifier(property.name)) continue;
      if (property.name.text !== wanted.text) continue;
      if (ts.isPropertyAssignment(property)) bindings.set(element, { source, expression: property.initializer });
      if (ts.isShorthandPropertyAssignment(property)) bindings.set(element, { source, expression: property.name });
    }
  }
}
