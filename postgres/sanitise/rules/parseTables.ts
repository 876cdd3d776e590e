import type { DeleteRule, TableRule } from "./document";
import { parseTableName, writtenName } from "./names";
import { parseMask } from "./parseMask";
import { isRecord, shown, type YamlReader } from "./reader";
import { tableShape } from "./shapes";

/** Everything below `tables:`. In a pack, a name without schema stands for a table of that name in any schema. */
export function parseTables(reader: YamlReader, value: Record<string, unknown>, pack: boolean): TableRule[] {
  const seen = new Map<string, string>();
  const rules: TableRule[] = [];
  for (const [written, entry] of Object.entries(value)) {
    const path = ["tables", written];
    const name = parseTableName(written);
    if (name === undefined) {
      reader.fault(
        path,
        `${shown(written)} is no table name: write \`table\` or \`schema.table\`; a part that holds a dot stands in double quotes`,
        "key",
      );
      continue;
    }
    const schema = name.schema ?? (pack ? undefined : "public");
    const full = writtenName(schema ?? "*", name.table);
    const twin = seen.get(full);
    if (twin !== undefined) {
      reader.fault(path, `\`${written}\` is the table that \`${twin}\` already names`, "key");
      continue;
    }
    seen.set(full, written);
    const rule = parseTable(reader, entry, path, { schema, table: name.table }, pack);
    if (rule) rules.push(rule);
  }
  return rules;
}

/** Everything below a pack's `any_table:`. */
export function parseAnyTable(reader: YamlReader, entries: unknown[]): TableRule[] {
  return entries.flatMap((entry, i) => {
    const path = ["any_table", i];
    const rule = parseTable(reader, entry, path, { schema: undefined, table: "any table" }, true);
    if (rule === undefined) return [];
    if (rule.shape.length === 0) {
      reader.fault(path, "an entry for any table needs `shape`: the columns that it must have");
    }
    if (rule.action !== undefined || rule.delete || rule.keep === "all") {
      reader.fault(path, "an entry for any table may `keep` columns by name and `mask` them, nothing else");
    }
    return [rule];
  });
}

function parseTable(
  reader: YamlReader,
  entry: unknown,
  path: (string | number)[],
  name: Pick<TableRule, "schema" | "table">,
  pack: boolean,
): TableRule | undefined {
  const object = entry === "truncate" || entry === "drop" ? { [entry]: true } : entry;
  const shape = reader.parse(tableShape, object, path, Object.keys(tableShape.shape));
  if (shape === undefined) {
    // Its masks are looked at all the same, so that their faults are told with the others.
    const masks = isRecord(object) && isRecord(object.mask) ? object.mask : {};
    for (const [column, value] of Object.entries(masks)) {
      parseMask(reader, column, value, [...path, "mask", column]);
    }
    return undefined;
  }
  const actions = (["truncate", "drop", "delete"] as const).filter((action) => shape[action] !== undefined);
  if (actions.length > 1) {
    reader.fault(path, `\`${path[1]}\` says ${actions.join(" and ")}; only one can be meant`, "key");
  }
  if ((shape.truncate ?? shape.drop) && (shape.keep ?? shape.mask)) {
    reader.fault(path, `\`${path[1]}\` loses all its rows; \`keep\` and \`mask\` mean nothing there`, "key");
  }
  if (pack && shape.ignore_packs) {
    reader.fault([...path, "ignore_packs"], "only the rules may ignore packs", "key");
  }
  if (!pack && shape.shape) reader.fault([...path, "shape"], "`shape` belongs in packs", "key");
  if (Object.keys(shape).length === 0) {
    reader.fault(path, `\`${path[1]}\` says nothing: write truncate, delete, keep or mask`, "key");
  }
  const keep = shape.keep ?? [];
  const mask = Object.entries(shape.mask ?? {}).map(([column, value]) =>
    parseMask(reader, column, value, [...path, "mask", column]),
  );
  for (const one of mask) {
    if (pack && one?.sameAs !== undefined) {
      reader.fault([...path, "mask", one.column], "`same_as` belongs in rules", "key");
    }
  }
  const rule: TableRule = {
    ...name,
    place: reader.place(path, "key"),
    action: shape.truncate ? "truncate" : shape.drop ? "drop" : undefined,
    delete: shape.delete && parseDelete(reader, shape.delete, [...path, "delete"], pack),
    keep:
      keep === "all"
        ? keep
        : keep.map((column, i) => ({ column, place: reader.place([...path, "keep", i]) })),
    mask: mask.filter((one) => one !== undefined),
    expect: Object.entries(shape.expect ?? {}).map(([column, kinds]) => ({
      column,
      kinds,
      place: reader.place([...path, "expect", column], "key"),
    })),
    shape: shape.shape ?? [],
    ignorePacks: shape.ignore_packs ?? false,
  };
  refuseTwice(reader, rule, path);
  return rule;
}

function parseDelete(
  reader: YamlReader,
  shape: { where?: string | undefined; follows?: string | string[] | undefined },
  path: (string | number)[],
  pack: boolean,
): DeleteRule {
  const follows = [shape.follows ?? []].flat().flatMap((written, i) => {
    const at = Array.isArray(shape.follows) ? [...path, "follows", i] : [...path, "follows"];
    const name = parseTableName(written);
    if (name === undefined) reader.fault(at, `${shown(written)} is no table name`);
    return name
      ? [{ schema: name.schema ?? (pack ? undefined : "public"), table: name.table, place: reader.place(at) }]
      : [];
  });
  if (shape.where === undefined && shape.follows === undefined) {
    reader.fault(path, "`delete` needs `where` or `follows`; to remove all rows write `truncate`", "key");
  }
  return { where: shape.where, follows, place: reader.place(path, "key") };
}

function refuseTwice(reader: YamlReader, rule: TableRule, path: (string | number)[]): void {
  const kept = rule.keep === "all" ? [] : rule.keep.map((one) => one.column);
  const seen = new Set<string>();
  for (const [i, column] of kept.entries()) {
    if (seen.has(column)) reader.fault([...path, "keep", i], `\`${column}\` is kept twice`);
    seen.add(column);
  }
  for (const { column } of rule.expect.filter((one) =>
    rule.mask.some((mask) => mask.column === one.column),
  )) {
    reader.fault(
      [...path, "expect", column],
      `\`${column}\` is masked; \`expect\` is for columns that stay`,
      "key",
    );
  }
  for (const { column } of rule.mask.filter((one) => seen.has(one.column))) {
    reader.fault([...path, "mask", column], `\`${column}\` is both kept and masked`, "key");
  }
}
