import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import type { Place, RuleFault } from "./faults";
import { hint } from "./names";
import { oddities, YamlPlaces } from "./yamlPlaces";

type Path = (string | number)[];

/** One YAML file being read: values with their places, and every fault found on the way. */
export class YamlReader {
  readonly faults: RuleFault[] = [];
  readonly root: unknown;
  private readonly places: YamlPlaces;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    text: string,
  ) {
    // Whether keys are unique is looked at below: the library compares each with each.
    const document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      uniqueKeys: false,
      merge: true,
    });
    this.places = new YamlPlaces(document);
    for (const error of document.errors) {
      const several = error.code === "MULTIPLE_DOCS";
      const message = several
        ? "a second document begins here; a rules file is one"
        : `not YAML: ${error.message}`;
      this.faults.push({ place: this.at(error.pos[0]), message, kind: "shape" });
    }
    this.root = this.faults.length > 0 ? undefined : this.contents(document);
  }

  /** Without what begins with `x-`: room for anchors that several entries use. */
  private contents(document: Document): unknown {
    try {
      const odd = oddities(document);
      this.faults.push(
        ...odd.map(({ offset, message }) => ({ place: this.at(offset), message, kind: "shape" as const })),
      );
      if (odd.length > 0) return undefined;
      const root: unknown = document.toJS({ maxAliasCount: 1000 });
      if (typeof root !== "object" || root === null || Array.isArray(root)) return root;
      return Object.fromEntries(Object.entries(root).filter(([key]) => !key.startsWith("x-")));
    } catch (error) {
      const message = `cannot be read: ${(error as Error).message}`;
      this.faults.push({ place: { file: this.file, line: 1, column: 1 }, message, kind: "shape" });
      return undefined;
    }
  }

  /** The place of the value at `path`, or of its key; where that is not written, of the nearest thing around it. */
  place(path: Path, of: "key" | "value" = "value"): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.places.node(path.slice(0, length), of);
      if (node?.range) return this.at(node.range[0]);
    }
    return { file: this.file, line: 1, column: 1 };
  }

  fault(path: Path, message: string, of: "key" | "value" = "value"): void {
    this.faults.push({ place: this.place(path, of), message, kind: "shape" });
  }

  /** The value as `schema` wants it; undefined, with a fault for each thing that is wrong, when it is not so. */
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path, keys: readonly string[] = []): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues.flatMap(deepest)) {
      const at = [...path, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
      if (issue.code === "unrecognized_keys") {
        for (const key of issue.keys) {
          this.fault([...at, key], `\`${key}\` is not known here.${hint(key, keys)}`, "key");
        }
        continue;
      }
      if (issue.code === "invalid_key") {
        const why = issue.issues.map((one) => lowered(one.message)).join("; ");
        this.fault(at, `${shown(at.at(-1))} cannot stand here: ${why}`, "key");
        continue;
      }
      const seen = valueAt(value, issue.path);
      const name = at.length > 0 ? `\`${at.join(".")}\` ` : "the file ";
      this.fault(
        at,
        seen === undefined ? `${name}is missing` : `${name}is ${shown(seen)}: ${why(issue, seen)}`,
      );
    }
    return undefined;
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** Of a value that may have several forms, the faults of the form that it comes nearest to. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const depth = (branch: z.core.$ZodIssue[]) => Math.max(0, ...branch.map((one) => one.path.length));
  const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0];
  if (nearest === undefined || depth(nearest) === 0) return [issue];
  return nearest.flatMap((one) => deepest({ ...one, path: [...issue.path, ...one.path] }));
}

const words: Record<string, string> = {
  object: "an object (`name: value`)",
  record: "an object (`name: value`)",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function why(issue: z.core.$ZodIssue, seen: unknown): string {
  if (issue.code === "invalid_type") return wanted(issue.expected, seen);
  if (issue.code === "invalid_union") {
    const forms = issue.errors.flat().flatMap((one) => {
      if (one.code === "invalid_type") return [words[one.expected] ?? one.expected];
      return one.code === "invalid_value" ? one.values.map((value) => `\`${String(value)}\``) : [];
    });
    return forms.length > 0 ? `must be ${[...new Set(forms)].join(" or ")}` : lowered(issue.message);
  }
  if (issue.code !== "invalid_value") return lowered(issue.message);
  const values = issue.values.map(String);
  return `must be ${values.map((value) => `\`${value}\``).join(" or ")}.${typeof seen === "string" ? hint(seen, values) : ""}`;
}

function wanted(expected: string, seen: unknown): string {
  const scalar = expected === "string" && ["number", "boolean"].includes(typeof seen);
  return `must be ${words[expected] ?? expected}${scalar ? "; write it in quotes" : ""}`;
}

/** A value from a rules file, short enough for a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, step) =>
      typeof inside === "object" && inside !== null
        ? (inside as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
