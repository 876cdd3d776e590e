import { isMap, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { z } from "zod";
import type { Place, RuleFault } from "./faults";
import { hint } from "./names";

type Path = (string | number)[];

/** One YAML file being read: values with their places, and every fault found on the way. */
export class YamlReader {
  readonly faults: RuleFault[] = [];
  readonly root: unknown;
  private readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    readonly file: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    for (const error of this.document.errors) {
      this.faults.push({
        place: this.at(error.pos[0]),
        message: `not YAML: ${error.message}`,
        kind: "shape",
      });
    }
    this.root = this.faults.length > 0 ? undefined : this.document.toJS();
  }

  /** The place of the value at `path`, or of its key; where that is not written, of the nearest thing around it. */
  place(path: Path, of: "key" | "value" = "value"): Place {
    for (let length = path.length; length >= 0; length--) {
      const node = this.node(path.slice(0, length), of);
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
    for (const issue of result.error.issues) {
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
      const name = at.length > 0 ? `\`${at.join(".")}\` ` : "";
      this.fault(
        at,
        seen === undefined ? `${name}is missing` : `${name}is ${shown(seen)}: ${lowered(issue.message)}`,
      );
    }
    return undefined;
  }

  private node(path: Path, of: "key" | "value"): Node | undefined {
    if (of === "value") return this.document.getIn(path, true) as Node | undefined;
    const parent = this.document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find((item) => String(item.key) === String(path.at(-1)));
    return pair?.key as Node | undefined;
  }

  private at(offset: number): Place {
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
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
