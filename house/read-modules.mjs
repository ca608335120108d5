/**
 * Reads TypeScript and JavaScript modules with the compiler's own parser, so that `import type`,
 * `import("x").T` and imports inside templates or comments are seen as the compiler sees them. The interface is
 * the one of TypeScript 7 and still named unstable; the exact pin of the compiler is what makes it safe to use.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { SyntaxKind } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

/**
 * @typedef {{ specifier: string, names: string[], line: number }} Import `names` holds what is taken: a name,
 *   "default", or "*" for everything; it is empty for an import for effect
 * @typedef {{ name: string, line: number, isType: boolean, usedHere: boolean }} Export
 * @typedef {{ path: string, text: string, imports: Import[], exports: Export[], strings: string[],
 *   mentions: { name: string, line: number }[], opensWithComment: boolean }} Module `exports` leaves out what is
 *   passed on from elsewhere, which is among `imports`; `mentions` holds free-standing names and `a.b` pairs
 */

const isTypeDeclaration = (kind) =>
  kind === SyntaxKind.TypeAliasDeclaration || kind === SyntaxKind.InterfaceDeclaration;

const declaredNames = (statement) => {
  if (statement.kind !== SyntaxKind.VariableStatement) return statement.name ? [statement.name.text] : [];
  return statement.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
};

const bindingNames = (name) =>
  name.kind === SyntaxKind.Identifier
    ? [name.text]
    : name.elements.flatMap((element) => (element.name ? bindingNames(element.name) : []));

const hasModifier = (statement, kind) =>
  statement.modifiers?.some((modifier) => modifier.kind === kind) ?? false;

/** The names that an import or export clause takes from its module. */
const takenNames = (clause) => {
  if (clause === undefined) return [];
  if (clause.kind === SyntaxKind.NamedExports)
    return clause.elements.map((element) => (element.propertyName ?? element.name).text);
  if (clause.kind === SyntaxKind.NamespaceExport) return ["*"];
  const bindings = clause.namedBindings;
  return [
    ...(clause.name ? ["default"] : []),
    ...(bindings?.kind === SyntaxKind.NamespaceImport ? ["*"] : []),
    ...(bindings?.kind === SyntaxKind.NamedImports
      ? bindings.elements.map((element) => (element.propertyName ?? element.name).text)
      : []),
  ];
};

/** Names that stand for themselves: not the member of something, not a key, not a label in a clause. */
const isFree = (node) => {
  const { parent } = node;
  switch (parent.kind) {
    case SyntaxKind.PropertyAccessExpression:
      return parent.expression === node;
    case SyntaxKind.QualifiedName:
      return parent.left === node;
    case SyntaxKind.PropertyAssignment:
    case SyntaxKind.PropertySignature:
    case SyntaxKind.PropertyDeclaration:
    case SyntaxKind.MethodDeclaration:
    case SyntaxKind.MethodSignature:
    case SyntaxKind.GetAccessor:
    case SyntaxKind.SetAccessor:
      return parent.name !== node;
    case SyntaxKind.BindingElement:
      return parent.propertyName !== node;
    default:
      return true;
  }
};

const readModule = (path, file) => {
  const { text } = file;
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  const lineOf = (node) => {
    const start = node.getStart(file);
    return lineStarts.findLastIndex((lineStart) => lineStart <= start) + 1;
  };
  const module = {
    path,
    text,
    imports: [],
    exports: [],
    strings: [],
    mentions: [],
    opensWithComment: /^(#!.*\n)?\s*(\/\*|\/\/)/.test(text),
  };
  const identifiers = new Map();
  const take = (node, specifier, names) =>
    module.imports.push({ specifier: specifier.text, names, line: lineOf(node) });

  const visitStatement = (statement) => {
    if (statement.kind === SyntaxKind.ImportDeclaration)
      take(statement, statement.moduleSpecifier, takenNames(statement.importClause));
    else if (statement.kind === SyntaxKind.ExportDeclaration && statement.moduleSpecifier)
      take(
        statement,
        statement.moduleSpecifier,
        statement.exportClause ? takenNames(statement.exportClause) : ["*"],
      );
    else if (statement.kind === SyntaxKind.ExportDeclaration)
      for (const { name } of statement.exportClause.elements)
        module.exports.push({ name: name.text, line: lineOf(statement), isType: false });
    else if (statement.kind === SyntaxKind.ExportAssignment)
      module.exports.push({ name: "default", line: lineOf(statement), isType: false });
    else if (hasModifier(statement, SyntaxKind.ExportKeyword))
      for (const name of hasModifier(statement, SyntaxKind.DefaultKeyword)
        ? ["default"]
        : declaredNames(statement))
        module.exports.push({ name, line: lineOf(statement), isType: isTypeDeclaration(statement.kind) });
  };

  const visit = (node) => {
    if (node.kind === SyntaxKind.Identifier) {
      identifiers.set(node.text, (identifiers.get(node.text) ?? 0) + 1);
      if (isFree(node)) module.mentions.push({ name: node.text, line: lineOf(node) });
    } else if (
      node.kind === SyntaxKind.PropertyAccessExpression &&
      node.expression.kind === SyntaxKind.Identifier
    )
      module.mentions.push({ name: `${node.expression.text}.${node.name.text}`, line: lineOf(node) });
    else if (node.kind === SyntaxKind.ImportType)
      take(node, node.argument.literal, [firstName(node.qualifier) ?? "*"]);
    else if (node.kind === SyntaxKind.CallExpression && isModuleCall(node))
      take(node, node.arguments[0], ["*"]);
    else if (isString(node)) module.strings.push(node.text);
    node.forEachChild(visit);
  };

  for (const statement of file.statements) visitStatement(statement);
  file.forEachChild(visit);
  // Once is its own declaration.
  for (const exported of module.exports) exported.usedHere = (identifiers.get(exported.name) ?? 0) > 1;
  return module;
};

const isString = (node) =>
  node.kind === SyntaxKind.StringLiteral || node.kind === SyntaxKind.NoSubstitutionTemplateLiteral;

const firstName = (qualifier) => {
  let left = qualifier;
  while (left?.kind === SyntaxKind.QualifiedName) left = left.left;
  return left?.text;
};

/** `import("x")`, `require("x")` and `createRequire(here)("x")`, with a literal. */
const isModuleCall = ({ expression, arguments: given }) =>
  (expression.kind === SyntaxKind.ImportKeyword ||
    expression.text === "require" ||
    (expression.kind === SyntaxKind.CallExpression && expression.expression.text === "createRequire")) &&
  given.length > 0 &&
  isString(given[0]);

/**
 * Parses the files at these absolute paths, and nothing that they import.
 *
 * @param {readonly string[]} paths
 * @returns {Map<string, Module>} by path
 */
export const readModules = (paths) => {
  // The parser speaks of projects only, so a project that lists just these files stands for a while.
  const directory = mkdtempSync(join(tmpdir(), "dure-house-"));
  const config = join(directory, "tsconfig.json");
  const slashed = (path) => path.split(sep).join("/");
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: {
        allowJs: true,
        jsx: "preserve",
        module: "nodenext",
        noEmit: true,
        noLib: true,
        noResolve: true,
        types: [],
      },
      files: paths.map(slashed),
    }),
  );
  const api = new API({ cwd: directory });
  try {
    const { program } = api.updateSnapshot({ openProjects: [config] }).getProjects()[0];
    return new Map(
      paths.map((path) => {
        const file = program.getSourceFile(slashed(path));
        if (file === undefined) throw new Error(`the parser did not read ${path}`);
        return [path, readModule(path, file)];
      }),
    );
  } finally {
    api.close();
    rmSync(directory, { recursive: true, force: true });
  }
};
