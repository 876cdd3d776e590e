import { ident, qualified, rows, run } from "../../postgres/connection";
import type { SanitisePlan } from "../../postgres/sanitise/plan";
import { nameOf, type TableWork } from "../../postgres/sanitise/work";
import { readAs } from "../../postgres/sanitise/workspace";
import type { Contestant, Ground } from "./arena";
import { expressionsOf, given, isRewritten } from "./common";

/**
 * What PostgreSQL itself needs at least: every changed table once more by CREATE TABLE AS with the same expressions, in
 * as many processes as the server gives a query, then the same indexes and constraints; then the old tables go. It
 * proves nothing, and views, grants, triggers, sequences and references to the tables are lost.
 */
export function floor(planOf: (ground: Ground) => Promise<SanitisePlan>): Contestant {
  return {
    name: "floor: CREATE TABLE AS",
    async run(ground) {
      const { copy } = ground;
      const works = (await given(ground, await ground.untimed(() => planOf(ground)))).filter(
        (work) => isRewritten(work) || work.remove !== undefined,
      );
      const made = works.filter(isRewritten);
      const plans = await ground.untimed(async () => {
        const all: Anew[] = [];
        for (const work of made) all.push(await madeAnew(ground, work));
        return all;
      });
      await run(copy, "making the schema", "create schema floor");
      for (const [i, { create }] of plans.entries()) {
        const work = made[i];
        if (work !== undefined) await readAs(copy, work.schema);
        await run(copy, "making a table", create);
      }
      for (const { indexes } of plans) for (const one of indexes) await run(copy, "making an index", one);
      for (const { keys } of plans) for (const one of keys) await run(copy, "making a foreign key", one);
      for (const work of works) {
        await run(
          copy,
          `dropping ${nameOf(work)}`,
          `drop table if exists ${qualified(work.schema, work.table)} cascade`,
        );
      }
      for (const { name } of plans) await run(copy, "analysing", `analyze ${name}`);
      return [];
    },
  };
}

interface Anew {
  name: string;
  create: string;
  indexes: string[];
  keys: string[];
}

async function madeAnew({ copy }: Ground, work: TableWork): Promise<Anew> {
  const own = qualified(work.schema, work.table);
  const name = qualified("floor", `${work.schema}.${work.table}`);
  const masks = new Map(expressionsOf(work).map((one) => [one.column, one.sql]));
  const columns = await rows<{ column: string; type: string; expression: string | null; notnull: boolean }>(
    copy,
    "reading columns",
    `select a.attname::text as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as notnull,
            case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as expression
       from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [work.oid],
  );
  const list = columns.map(
    ({ column, type, expression }) =>
      `(${masks.get(ident(column)) ?? expression ?? ident(column)})::${type} as ${ident(column)}`,
  );
  const where = work.remove?.how === "delete" ? ` where (${work.remove.where}) is not true` : "";
  const strict = columns.filter((c) => c.notnull).map((c) => `alter column ${ident(c.column)} set not null`);
  const constraints = await rows<{ name: string; type: string; definition: string }>(
    copy,
    "reading constraints",
    `select conname::text as name, contype::text as type, pg_get_constraintdef(oid) as definition
       from pg_constraint where conrelid = $1 and contype in ('p', 'u', 'c', 'f', 'x') order by contype`,
    [work.oid],
  );
  const indexes = await rows<{ definition: string }>(
    copy,
    "reading indexes",
    `select regexp_replace(pg_get_indexdef(indexrelid), ' ON (ONLY )?.* USING ', ' ON ' || $2 || ' USING ') as definition
       from pg_index i where indrelid = $1 and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))`,
    [work.oid, name],
  );
  const add = (one: { name: string; definition: string }) =>
    `alter table ${name} add constraint ${ident(one.name)} ${one.definition}`;
  return {
    name,
    create: `create table ${name} as select ${list.join(", ")} from ${own}${where}`,
    indexes: [
      ...(strict.length > 0 ? [`alter table ${name} ${strict.join(", ")}`] : []),
      ...constraints.filter((one) => one.type !== "f").map(add),
      ...indexes.map((one) => one.definition),
    ],
    keys: constraints.filter((one) => one.type === "f").map(add),
  };
}
