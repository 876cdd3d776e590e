import * as fs from "node:fs/promises";
import * as path from "node:path";
import { rows, type Session } from "../../../postgres/connection";
import { proof, type Log, type Proof } from "../../../postgres/proof";
import type { Copy } from "../copy";
import { listFolder } from "../files";
import { withCopyServer } from "./session";

/** `16384`, `16384.1`, `16384_fsm`, `t3_16384`: the files of one relation. */
const relationFile = /^(?:t\d+_)?(\d+)(?:_(?:fsm|vm|init))?(?:\.\d+)?$/;

/**
 * Relation files that no table owns: a server that crashes in the middle of a rewrite leaves them, and those of
 * production's crashes come along. They hold rows that no statement reaches, so they are removed.
 */
export async function removeOrphans(copy: Copy, session: Session, log: Log): Promise<Proof> {
  const databases = await rows<{ oid: number; datname: string; datallowconn: boolean }>(
    session,
    "list the databases of the copy",
    "select oid::int, datname, datallowconn from pg_catalog.pg_database order by oid",
  );
  const base = path.join(copy.server.dataDirectory, "base");
  let checked = 0;
  let removed = 0;
  for (const { oid, datname, datallowconn } of databases) {
    // template0 admits nobody, by design, and nothing ever worked in it.
    if (!datallowconn && datname === "template0") continue;
    const owned = await withCopyServer(copy, datname, (inside) => filesOwned(inside));
    const folder = path.join(base, String(oid));
    for (const name of await listFolder(folder)) {
      const node = relationFile.exec(name)?.[1];
      if (node === undefined) continue;
      checked += 1;
      if (owned.has(Number(node))) continue;
      log(`removing the file base/${oid}/${name}, which no table of the database owns`);
      await fs.rm(path.join(folder, name), { force: true });
      removed += 1;
    }
  }
  return proof(
    "No relation file is without an owner.",
    `${checked} files in ${databases.length} databases looked at, ${removed} without a table removed`,
  );
}

/** File numbers of everything that the catalogue of this database knows, mapped catalogues included. */
async function filesOwned(session: Session): Promise<Set<number>> {
  const found = await rows<{ node: string }>(
    session,
    "list the files that tables own",
    `select node::text from pg_catalog.pg_class c, pg_catalog.pg_relation_filenode(c.oid) as node where node is not null`,
  );
  return new Set(found.map(({ node }) => Number(node)));
}
