import { ident, rows, run, withTransaction } from "../connection";
import type { CopySession } from "../guard";
import { DatabaseError } from "../errors";
import type { Log } from "../proof";
import { userSchemas } from "./structure";

/**
 * Does the work as a member of every role that owns something here, and gives the memberships back: the master user of RDS owns the
 * database but not always what stands in it. Roles that it may not grant to itself are left, and their tables are refused by name when
 * they have to change. A run that was killed left its memberships in `prodcopy.borrowed`; the next one gives them back.
 */
export async function withOwners<T>(copy: CopySession, log: Log, use: () => Promise<T>): Promise<T> {
  const borrowed = await borrow(copy);
  if (borrowed.length > 0) {
    log(`a member of ${borrowed.join(", ")} for this run, since tables belong to them`);
  }
  let value: T;
  try {
    value = await use();
  } catch (error) {
    // What went wrong is told; the next run gives back what this one could not.
    await giveBack(copy).catch(() => undefined);
    throw error;
  }
  await giveBack(copy);
  return value;
}

async function borrow(copy: CopySession): Promise<string[]> {
  const owners = await rows<{ role: string }>(
    copy,
    "looking for owners of tables",
    `select r.rolname::text as role from pg_roles r where not pg_has_role(r.oid, 'usage') and not r.rolsuper
        and not exists (select from pg_auth_members m where m.roleid = r.oid and m.member = current_user::regrole
          and (m.grantor = current_user::regrole or current_setting('server_version_num')::int < 160000))
        and r.oid in (select c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${userSchemas}
          union select n.nspowner from pg_namespace n where ${userSchemas}) order by 1`,
  );
  const borrowed: string[] = [];
  for (const { role } of owners) {
    try {
      await withTransaction(copy, async () => {
        await run(
          copy,
          "noting what is borrowed",
          "create table if not exists prodcopy.borrowed (role text primary key)",
        );
        await run(
          copy,
          `noting ${role}`,
          "insert into prodcopy.borrowed values ($1) on conflict do nothing",
          [role],
        );
        await run(copy, `becoming a member of ${role}`, `grant ${ident(role)} to current_user`);
      });
      borrowed.push(role);
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === "42501")) throw error;
    }
  }
  return borrowed;
}

async function giveBack(copy: CopySession): Promise<void> {
  const doing = "giving back memberships";
  const there = await rows(copy, doing, "select from pg_class where oid = to_regclass('prodcopy.borrowed')");
  if (there.length === 0) return;
  await withTransaction(copy, async () => {
    const found = await rows<{ role: string }>(copy, doing, "select role from prodcopy.borrowed order by 1");
    for (const { role } of found) await run(copy, doing, `revoke ${ident(role)} from current_user`);
    await run(copy, doing, "drop table prodcopy.borrowed");
  });
}
