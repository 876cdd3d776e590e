import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import type { z } from "zod";
import type { Pack, RulesDocument } from "./document";
import { RulesError, type RuleFault } from "./faults";
import { hint, splitName, parseTableName } from "./names";
import { parseAnyTable, parseTables } from "./parseTables";
import { isRecord, shown, YamlReader } from "./reader";
import { resolveSameAs } from "./sameAs";
import { packShape, rulesShape, type loginShape } from "./shapes";

/** The packs that ship with the project: `<name>.yaml` each. */
const packFolder = path.resolve(__dirname, "../../../rules/packs");
const packEnding = ".yaml";

/**
 * Reads a rules file and the packs that it extends.
 * @param file path of the rules file.
 * @throws RulesError that lists every fault of all the files together, with file, line and column.
 */
export function readRules(file: string): RulesDocument {
  const reader = open(file);
  if (reader.faults.length > 0) throw new RulesError(reader.faults, reader.file);
  const shape = reader.parse(rulesShape, reader.root ?? {}, [], Object.keys(rulesShape.shape));
  if (shape === undefined) throw new RulesError(faultsBelow(reader, file), reader.file);
  const packs = shape.extends.map((name, i) => readPack(reader, name, ["extends", i], file));
  const document: RulesDocument = {
    file: reader.file,
    database: shape.database,
    digest: digestOf([reader.root, ...packs.map((pack) => pack.reader?.root)]),
    allowedDomains: shape.allowed_domains,
    tables: resolveSameAs(
      reader,
      parseTables(reader, shape.tables, false),
      packs.flatMap((pack) => pack.pack.tables),
    ),
    packs: packs.map((pack) => pack.pack),
    logins: shape.logins.flatMap((login, i) => parseLogin(reader, login, ["logins", i])),
    media: shape.media.flatMap((written, i) => parseMedium(reader, written, ["media", i])),
    largeObjects: shape.large_objects,
  };
  const faults = [reader, ...packs.map((pack) => pack.reader)].flatMap((one) => one?.faults ?? []);
  if (faults.length > 0) throw new RulesError(faults, reader.file);
  return document;
}

/** Every fault of a file whose head has some: its tables and packs are looked at all the same, so that all is told together. */
function faultsBelow(reader: YamlReader, file: string): RuleFault[] {
  const { tables, extends: packs } = isRecord(reader.root) ? reader.root : {};
  if (isRecord(tables)) parseTables(reader, tables, false);
  const names = Array.isArray(packs) ? packs.map((name: unknown, i) => ({ name, i })) : [];
  const read = names.flatMap(({ name, i }) =>
    typeof name === "string" ? [readPack(reader, name, ["extends", i], file)] : [],
  );
  return [reader, ...read.map((pack) => pack.reader)].flatMap((one) => one?.faults ?? []);
}

/** `readRules`, for callers that wait anyway. */
export async function loadRules(file: string): Promise<RulesDocument> {
  return Promise.resolve().then(() => readRules(file));
}

/** The digest alone: what makes another generation of the copy when it changes. */
export function rulesDigestOf(file: string): string {
  return readRules(file).digest;
}

function readPack(
  rules: YamlReader,
  name: string,
  at: (string | number)[],
  rulesFile: string,
): { pack: Pack; reader: YamlReader | undefined } {
  const empty = { pack: { name, tables: [], anyTable: [] }, reader: undefined };
  const own = name.endsWith(".yaml");
  const shipped = packNames();
  if (!own && !shipped.includes(name)) {
    rules.fault(
      at,
      `there is no pack ${shown(name)}.${hint(name, shipped)} There are: ${shipped.join(", ")}`,
    );
    return empty;
  }
  const file = own
    ? path.resolve(path.dirname(rulesFile), name)
    : path.join(packFolder, `${name}${packEnding}`);
  const reader = open(file);
  if (reader.faults.length > 0) return { ...empty, reader };
  const shape = reader.parse(packShape, reader.root ?? {}, [], Object.keys(packShape.shape));
  if (shape === undefined) return { ...empty, reader };
  const tables = parseTables(reader, shape.tables, true);
  return { pack: { name: shape.pack, tables, anyTable: parseAnyTable(reader, shape.any_table) }, reader };
}

/** The packs that ship with the project. */
export function packNames(): string[] {
  return readdirSync(packFolder)
    .filter((name) => name.endsWith(packEnding))
    .map((name) => name.slice(0, -packEnding.length))
    .sort();
}

function open(file: string): YamlReader {
  const relative = path.relative(process.cwd(), path.resolve(file));
  const shownName = relative.startsWith("..") ? file : relative;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new Error(`The rules file ${shownName} cannot be read (${code}). Nothing was changed.`);
  }
  return new YamlReader(shownName, text);
}

function parseLogin(
  reader: YamlReader,
  login: z.infer<typeof loginShape>,
  at: (string | number)[],
): RulesDocument["logins"] {
  const name = parseTableName(login.table);
  const [match] = Object.entries(login.match);
  if (name === undefined) reader.fault([...at, "table"], `${shown(login.table)} is no table name`);
  if (name === undefined || match === undefined) return [];
  return [
    {
      schema: name.schema ?? "public",
      table: name.table,
      match: { column: match[0], value: String(match[1]) },
      passwordColumn: login.password,
      hash: login.hash,
      place: reader.place(at),
    },
  ];
}

function parseMedium(reader: YamlReader, written: string, at: (string | number)[]): RulesDocument["media"] {
  const parts = splitName(written);
  const [column, table, schema = "public"] = [...(parts ?? [])].reverse();
  if (parts === undefined || parts.length > 3 || column === undefined || table === undefined) {
    reader.fault(at, `${shown(written)} is no column: write \`table.column\` or \`schema.table.column\``);
    return [];
  }
  return [{ schema, table, column, place: reader.place(at) }];
}

/** Over the parsed contents with sorted keys: comments, layout and the order of keys do not count. */
function digestOf(contents: unknown[]): string {
  const sorted = JSON.stringify(contents, (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(sorted).digest("hex");
}
