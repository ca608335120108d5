/**
 * Writes TypeScript for clients from a contract's API description: the types of each method's parameters and
 * result, and a map of the methods. It is no part of a contract.
 */
import type { ContractDescription } from "./description.ts";
import type { Json } from "./json.ts";

/** What of a description the types are made of. */
export type ApiDescription = Pick<ContractDescription, "name" | "version" | "api">;

type Schema = { readonly [keyword: string]: Json };

/**
 * Returns the text of a TypeScript module. The description may be a stranger's: names are quoted where they
 * are no identifiers, and no summary can end its comment.
 *
 * Of a contract `token` it exports `TokenMethods`, a map from each method to its kind, params and result, and
 * for `transfer` the types `TransferParams` and `TransferResult`. What has no schema is `Json`.
 */
export const apiTypes = ({ name, version, api }: ApiDescription): string => {
  const taken = new Set(["Json"]);
  const free = (wanted: string): string => {
    const name = taken.has(wanted) ? free(`${wanted}_`) : wanted;
    taken.add(name);
    return name;
  };
  const map = free(`${pascal(name)}Methods`);
  const methods = Object.entries(api).map(([method, { kind, summary, params, result }]) => {
    const [paramsName, resultName] = [free(`${pascal(method)}Params`), free(`${pascal(method)}Result`)];
    const comment = commentOf(summary, "");
    return {
      types: [
        `${comment}export type ${paramsName} = ${params === undefined ? "{ readonly [name: string]: Json }" : typeOf(params, "")};`,
        `export type ${resultName} = ${typeOf(result, "")};`,
      ].join("\n"),
      row: `  readonly ${nameOf(method)}: { readonly kind: ${JSON.stringify(kind)}; readonly params: ${paramsName}; readonly result: ${resultName} };`,
    };
  });
  return [
    `// The API of ${line(`${name} ${version}`)}, made from its description. Do not edit it: make it anew.`,
    "",
    "export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };",
    "",
    ...methods.flatMap(({ types }) => [types, ""]),
    `export type ${map} = {`,
    ...methods.map(({ row }) => row),
    "};",
    "",
  ].join("\n");
};

const typeOf = (schema: Json | undefined, indent: string): string => {
  if (!isSchema(schema)) return "Json";
  if (Array.isArray(schema.enum))
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ") || "never";
  if (Array.isArray(schema.anyOf))
    return schema.anyOf.map((one: Json) => `(${typeOf(one, indent)})`).join(" | ") || "never";
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return `readonly (${typeOf(schema.items, indent)})[]`;
    case "object":
      return objectType(schema, indent);
    default:
      return "Json";
  }
};

const objectType = (schema: Schema, indent: string): string => {
  const inner = `${indent}  `;
  const { properties, required, additionalProperties } = schema;
  if (!isSchema(properties)) return `{ readonly [name: string]: ${typeOf(additionalProperties, indent)} }`;
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  const members = Object.entries(properties).map(([name, property]) => {
    const comment = isSchema(property) ? commentOf(property.description, inner) : "";
    return `${comment}${inner}readonly ${nameOf(name)}${isRequired(name) ? "" : "?"}: ${typeOf(property, inner)};`;
  });
  return members.length === 0 ? "{ readonly [name: string]: never }" : `{\n${members.join("\n")}\n${indent}}`;
};

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const commentOf = (text: unknown, indent: string): string =>
  typeof text === "string" && text !== "" ? `${indent}/** ${line(text).replaceAll("*/", "* /")} */\n` : "";

/** Returns a text on one line, whatever ends a line in it. */
const line = (text: string): string => text.replaceAll(/[\r\n\u2028\u2029]+/g, " ");

const nameOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);

/** Returns a name of letters and digits whose words begin with capitals: `to-be_sent` is `ToBeSent`. */
const pascal = (name: string): string => {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Of${joined}`;
};
