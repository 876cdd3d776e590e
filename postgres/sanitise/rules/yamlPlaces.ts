import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from "yaml";

/** Finds the nodes of a YAML document by path, through aliases and merge keys, in constant time a step. */
export class YamlPlaces {
  private readonly indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

  constructor(private readonly document: Document) {}

  /** The value at a path, or its key; undefined where that is not written. */
  node(path: readonly (string | number)[], of: "key" | "value"): Node | undefined {
    let at = this.resolved(this.document.contents);
    for (const [i, step] of path.entries()) {
      if (isMap(at)) {
        const pair = this.index(at).get(String(step));
        if (of === "key" && i === path.length - 1) return pair?.key as Node | undefined;
        // An alias stands where it is written, not where its anchor is.
        if (i === path.length - 1) return (pair?.value ?? undefined) as Node | undefined;
        at = this.resolved(pair?.value);
      } else {
        if (of === "key" && i === path.length - 1) return undefined;
        at = isSeq(at) ? this.resolved(at.items[Number(step)]) : undefined;
      }
    }
    return of === "key" && path.length > 0 ? undefined : at;
  }

  private resolved(node: unknown): Node | undefined {
    return (isAlias(node) ? node.resolve(this.document) : node) as Node | undefined;
  }

  private index(map: YAMLMap): Map<string, Pair> {
    const known = this.indexes.get(map);
    if (known !== undefined) return known;
    const index = new Map<string, Pair>();
    for (const pair of map.items) {
      if (keyOf(pair) !== "<<") continue;
      const merged = this.resolved(pair.value);
      for (const one of isSeq(merged) ? merged.items : [merged]) {
        const from = this.resolved(one);
        if (isMap(from)) for (const [key, inner] of this.index(from)) index.set(key, inner);
      }
    }
    for (const pair of map.items) index.set(keyOf(pair), pair);
    this.indexes.set(map, index);
    return index;
  }
}

/** What is no fault of YAML but cannot be meant: keys that are no names, the same key twice, aliases of nothing. */
export function oddities(document: Document): { offset: number; message: string }[] {
  const found: { offset: number; message: string }[] = [];
  const add = (node: unknown, message: string) =>
    found.push({ offset: (node as Node | undefined)?.range?.[0] ?? 0, message });
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const pair of map.items) {
        const key = keyOf(pair);
        if (pair.key !== null && !isScalar(pair.key)) {
          add(pair.key, "a key must be a name, not a list or an object: write it in quotes");
        } else if (seen.has(key)) add(pair.key, `\`${key}\` stands here twice`);
        seen.add(key);
      }
    },
    Alias(_, alias, path) {
      const target: unknown = alias.resolve(document);
      if (target === undefined) add(alias, `there is no anchor \`&${alias.source}\` before this`);
      if (path.some((above) => above === target)) {
        add(alias, `\`*${alias.source}\` stands inside what it stands for`);
      }
    },
  });
  return found;
}

function keyOf({ key }: Pair): string {
  if (!isScalar(key)) return String(key);
  const { value } = key;
  // The library's mark of a merge key.
  if (typeof value === "symbol") return "<<";
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
}
