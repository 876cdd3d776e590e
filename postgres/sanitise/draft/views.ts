import type { Catalogue, CatalogueColumn, CatalogueTable } from "../../catalogue";
import { rows, type Session } from "../../connection";
import { DatabaseError } from "../../errors";
import { canHoldText } from "../detect/sample";
import { columnKey } from "../rules/lookup";
import type { DraftColumn } from "./columns";

interface Uses {
  /** A view's oid. */
  view: number;
  definition: string;
  /** Columns of other relations that it reads, as oid and position. */
  reads: { oid: number; position: number }[];
}

/**
 * What becomes of the columns of views and materialised views, which rules do not speak of: they show what stands in tables. By
 * `columnKey`. A column that is computed follows the gravest of what its view reads. Reads only.
 */
export async function viewColumns(
  session: Session,
  catalogue: Catalogue,
  columns: ReadonlyMap<string, DraftColumn>,
): Promise<Map<string, DraftColumn>> {
  const views = catalogue.tables.filter(({ kind }) => kind === "view" || kind === "materialised view");
  const found = new Map<string, DraftColumn>();
  if (views.length === 0) return found;
  const byOid = new Map(catalogue.tables.map((table) => [table.oid, table]));
  const uses = new Map((await readUses(session, views)).map((one) => [one.view, one]));
  const done = new Set<CatalogueTable>();
  const known = (oid: number, position: number) => {
    const table = byOid.get(oid);
    const column = table?.columns.find((one) => one.position === position);
    const key = table && column ? columnKey(table, column.name) : undefined;
    const finding = key === undefined ? undefined : (columns.get(key) ?? found.get(key));
    return key !== undefined && finding !== undefined ? { key, finding } : undefined;
  };
  const follow = async (view: CatalogueTable): Promise<void> => {
    if (done.has(view)) return;
    done.add(view);
    const use = uses.get(view.oid);
    if (use === undefined) return;
    for (const { oid } of use.reads) {
      const below = byOid.get(oid);
      if (below && views.includes(below)) await follow(below);
    }
    const origins = await originsOf(session, use.definition);
    for (const [i, column] of view.columns.entries()) {
      const origin = origins[i];
      const shown = origin && known(origin.oid, origin.position);
      const made = use.reads.flatMap(({ oid, position }) => known(oid, position) ?? []);
      found.set(columnKey(view, column.name), shown ? as(shown.key, shown.finding) : computed(column, made));
    }
  };
  for (const view of views) await follow(view);
  return found;
}

const weight = ({ action }: DraftColumn) => ["keep", "review", "mask"].indexOf(action);

function as(key: string, { action, confidence, reasons }: DraftColumn): DraftColumn {
  const reason = `as ${key}, which it shows`;
  return { action, with: action === "mask" ? "view" : null, confidence, reasons: [reason, ...reasons] };
}

function computed(column: CatalogueColumn, made: { key: string; finding: DraftColumn }[]): DraftColumn {
  const gravest = canHoldText(column)
    ? [...made].sort((a, b) => weight(b.finding) - weight(a.finding))[0]
    : undefined;
  if (gravest === undefined || gravest.finding.action === "keep") {
    return {
      action: "keep",
      with: null,
      confidence: 0.8,
      reasons: ["computed from what is kept, or no text"],
    };
  }
  const { action, confidence } = gravest.finding;
  const reason = `computed in a view that reads ${gravest.key}`;
  return {
    action,
    with: action === "mask" ? "view" : null,
    confidence: Math.min(confidence, 0.6),
    reasons: [reason],
  };
}

async function readUses(session: Session, views: CatalogueTable[]): Promise<Uses[]> {
  return rows<Uses>(
    session,
    "reading what views read",
    `select r.ev_class as view, pg_get_viewdef(r.ev_class) as definition,
            coalesce((select json_agg(json_build_object('oid', d.refobjid::int8, 'position', d.refobjsubid) order by d.refobjid, d.refobjsubid)
                        from pg_depend d where d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
                         and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.refobjid <> r.ev_class), '[]') as reads
       from pg_rewrite r where r.rulename = '_RETURN' and r.ev_class = any($1::oid[])`,
    [views.map(({ oid }) => oid)],
  );
}

/** From which column each of the query's is, as the server describes its answer; none where this login may not ask. */
async function originsOf(session: Session, definition: string): Promise<{ oid: number; position: number }[]> {
  try {
    const { fields } = await session.query(
      `select * from (${definition.trim().replace(/;$/, "")}) view limit 0`,
    );
    return fields.map(({ tableID, columnID }) => ({ oid: tableID, position: columnID }));
  } catch (error) {
    if (error instanceof DatabaseError || /^(42|0A|55)/.test((error as { code?: string }).code ?? "")) {
      return [];
    }
    throw error;
  }
}
