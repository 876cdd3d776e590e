import { ident, qualified } from "../../connection";
import type { Reference } from "./closure";
import type { TableIntent } from "./intent";

/**
 * Which rows of a table go, as one SQL condition: its own `where`, or a foreign key into rows that go elsewhere, or one
 * within the table into rows that go, over any number of steps.
 * @param name under which the condition sees the table, e.g. the name of one of its partitions.
 */
export function goingRows(intent: TableIntent, all: Reference[], name: string): string {
  return conditionOf(intent, all, ident(name), 0);
}

function conditionOf(intent: TableIntent, all: Reference[], alias: string, depth: number): string {
  const self = all.filter(({ from, to }) => from === intent && to === intent);
  if (self.length === 0) return ownCondition(intent, all, alias, depth);
  const target = (self[0]?.key.targetColumns ?? []).map(ident);
  const table = qualified(intent.table.schema, intent.table.name);
  const base = `b${depth}`;
  const of = (name: string, columns: string[]) => columns.map((column) => `${name}.${column}`).join(", ");
  const names = target.map((_, i) => `k${i}`);
  // One list of steps whatever the number of keys, so that each round is a hash join.
  const steps = self
    .map(({ key }) => `select ${[...target, ...key.columns.map(ident)].join(", ")} from ${table}`)
    .join(" union all ");
  const above = target.map((_, i) => `u${i}`);
  const on = names.map((name, i) => `step.u${i} = gone.${name}`).join(" and ");
  return `(${of(alias, target)}) in (with recursive gone (${names.join(", ")}) as (
    select ${of(base, target)} from ${table} as ${base} where ${ownCondition(intent, all, base, depth + 1)}
    union select ${of("step", names)} from (${steps}) as step (${[...names, ...above].join(", ")}) join gone on ${on})
    select ${of("gone", names)} from gone)`;
}

function ownCondition(intent: TableIntent, all: Reference[], alias: string, depth: number): string {
  const where = intent.delete?.rule.where;
  const parts = where === undefined ? [] : [`(${where})`];
  for (const { key, from, to } of all) {
    if (from !== intent || to === intent || !intent.delete?.follows.includes(to.table)) continue;
    if (to.action === "truncate") {
      parts.push(`(${key.columns.map((column) => `${alias}.${ident(column)} is not null`).join(" and ")})`);
      continue;
    }
    const inner = `p${depth}`;
    const on = pairs(key.columns, alias, key.targetColumns, inner);
    const table = qualified(to.table.schema, to.table.name);
    parts.push(
      `exists (select from ${table} as ${inner} where ${on} and ${conditionOf(to, all, inner, depth + 1)})`,
    );
  }
  return parts.length === 1 ? (parts[0] ?? "false") : `(${parts.join(" or ")})`;
}

function pairs(columns: string[], of: string, targets: string[], ofTarget: string): string {
  return columns
    .map((column, i) => `${of}.${ident(column)} = ${ofTarget}.${ident(targets[i] ?? "")}`)
    .join(" and ");
}
