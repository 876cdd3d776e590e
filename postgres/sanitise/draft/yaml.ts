import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { CatalogueTable } from "../../catalogue";
import type { MaskSpec } from "../plan";
import { identifies } from "../rules/fits";
import type { Decision } from "./decide";

export interface DraftTable {
  /** As rules write its name. */
  written: string;
  kind: CatalogueTable["kind"];
  ignorePacks: boolean;
  drop: boolean;
  keep: DraftedColumn[];
  mask: DraftedColumn[];
  /** Columns that need no word. */
  structural: string[];
}

export interface DraftedColumn {
  name: string;
  type: string;
  decision: Decision;
}

export interface DraftFile {
  database: string;
  domain: string;
  packs: string[];
  tables: DraftTable[];
  notSampled: string[];
}

/** The rules file as text, with a reason and a confidence beside each column. */
export function draftYaml({ database, domain, packs, tables, notSampled }: DraftFile): string {
  const root = new YAMLMap();
  const document = new Document(root);
  add(root, "database", new Scalar(database));
  add(root, "allowed_domains", sequence([new Scalar(domain)], true));
  if (packs.length > 0) {
    add(
      root,
      "extends",
      sequence(
        packs.map((name) => new Scalar(name)),
        true,
      ),
    );
  }
  const map = new YAMLMap();
  for (const table of tables) {
    add(map, table.written, tableNode(table));
    const name = map.items.at(-1)?.key;
    if (name instanceof Scalar && map.items.length > 1) name.spaceBefore = true;
  }
  if (tables.length === 0) map.flow = true;
  add(root, "tables", map);
  document.commentBefore = head(notSampled);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function head(notSampled: string[]): string {
  const lines = [
    "A first draft by `prodcopy rules draft`. Beside each column: how sure it is (0 to 1) and why.",
    "REVIEW marks what a person should decide. Until then it is masked where a mask fits it, so that the draft is safe as it stands;",
    "keys by which rows are found stay. Keys and booleans need no line.",
    ...(notSampled.length > 0
      ? ["Values were not looked at in:", ...notSampled.map((one) => `  ${oneLine(one)}`)]
      : []),
  ];
  return lines.map((line) => ` ${line}`).join("\n");
}

function tableNode(table: DraftTable): Scalar | YAMLMap {
  if (table.drop) {
    const scalar = new Scalar("drop");
    scalar.comment = " a foreign table: its rows stand on another server, which the copy must not reach";
    return scalar;
  }
  const node = new YAMLMap();
  if (table.ignorePacks) {
    add(node, "ignore_packs", new Scalar(true)).comment =
      " a pack's entry does not hold here, because other tables refer to it";
  }
  if (table.keep.length > 0) add(node, "keep", sequence(table.keep.map(keptNode), false));
  if (table.mask.length > 0) {
    const masks = new YAMLMap();
    for (const column of table.mask) {
      const { spec, action } = column.decision;
      if (spec === undefined) continue;
      // What is in doubt is masked, but that a kept column holds the same is no leak: "Item Type" is nobody's name.
      const doubtful = action === "review" && identifies(spec);
      add(masks, column.name, withComment(maskNode(spec, doubtful), column));
    }
    add(node, "mask", masks);
  }
  if (node.items.length === 0) {
    add(node, "keep", sequence([], true)).comment =
      table.structural.length > 0 ? " nothing but keys and booleans" : " no columns";
  }
  return node;
}

function keptNode(column: DraftedColumn): Scalar {
  return withComment(new Scalar(column.name), column);
}

function withComment<T extends Scalar | YAMLMap>(node: T, { decision, type }: DraftedColumn): T {
  const mark = decision.action === "review" ? "REVIEW " : "";
  const reasons = decision.reasons.map(oneLine).join("; ");
  node.comment = ` ${mark}${decision.confidence.toFixed(2)} ${oneLine(type)}: ${reasons}`;
  return node;
}

function maskNode(spec: MaskSpec, doubtful = false): Scalar | YAMLMap {
  const params = [...Object.entries(spec.params), ...(doubtful ? [["identifying", false] as const] : [])];
  if (params.length === 0) return new Scalar(spec.with);
  const node = new YAMLMap();
  node.flow = true;
  add(node, "with", new Scalar(spec.with));
  for (const [key, value] of params) add(node, key, paramNode(key, value));
  return node;
}

function paramNode(key: string, value: unknown): Scalar | YAMLMap | YAMLSeq {
  if (Array.isArray(value)) {
    return sequence(
      value.map((one) => new Scalar(one)),
      true,
    );
  }
  if (key === "each") return maskNode(value as MaskSpec);
  if (key !== "paths" && key !== "fields") return new Scalar(value);
  const node = new YAMLMap();
  node.flow = true;
  for (const [path, inner] of Object.entries(value as Record<string, MaskSpec>)) {
    add(node, path, maskNode(inner));
  }
  return node;
}

function add<T extends Scalar | YAMLMap | YAMLSeq>(map: YAMLMap, key: string, value: T): T {
  const name = new Scalar(key);
  map.add(new Pair(name, value));
  return value;
}

function sequence(items: Scalar[], flow: boolean): YAMLSeq {
  const node = new YAMLSeq();
  node.items.push(...items);
  node.flow = flow;
  return node;
}

/** Names may hold line ends and other signs that a comment cannot. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
