import { deadHost, foundBy, type Kind } from "./way";

/** They came along with their locks and old rows, and would hold up every later step. Only their own database ends them. */
export const preparedTransactions: Kind = {
  kind: "prepared transaction",
  claim: "No prepared transaction is left",
  evidence: "pg_prepared_xacts",
  find: (session) =>
    foundBy(
      session,
      "look for prepared transactions",
      "rolled back",
      `select gid as name, array[format('rollback prepared %L', gid)] as statements
         from pg_prepared_xacts where database = current_database() order by 1`,
    ),
};

/**
 * DROP SUBSCRIPTION would reach the publisher and drop the slot of production there, with a table not yet synchronised
 * even when its own slot is NONE. So it is pointed to where nothing can be, first. The password is one that a subscription
 * of a role without superuser's rights must name.
 */
export const subscriptions: Kind = {
  kind: "subscription",
  claim: "No subscription is left",
  evidence: "pg_subscription",
  find: (session) =>
    foundBy(
      session,
      "look for subscriptions",
      "dropped, without a word to its publisher",
      `select subname as name, array[
                format('alter subscription %I disable', subname),
                format('alter subscription %I set (slot_name = none)', subname),
                format('alter subscription %I connection %L', subname, 'host=${deadHost} user=none password=none dbname=none'),
                format('drop subscription %I', subname)] as statements
         from pg_subscription
        where subdbid = (select oid from pg_database where datname = current_database()) order by 1`,
    ),
};

/** They wait for somebody to come in, and keep write-ahead log for him. Physical ones belong to no database. */
export const replicationSlots: Kind = {
  kind: "replication slot",
  claim: "No replication slot is left",
  evidence: "pg_replication_slots",
  find: (session) =>
    foundBy(
      session,
      "look for replication slots",
      "dropped",
      `select slot_name as name, array[format('select pg_drop_replication_slot(%L)', slot_name)] as statements
         from pg_replication_slots
        where not temporary and (database is null or database = current_database()) order by 1`,
    ),
};

/**
 * A publication serves only who comes in, and nobody can. It is dropped because a published table refuses UPDATE and
 * DELETE without a replica identity, which the sanitiser would meet in tables that nobody replicates any more.
 */
export const publications: Kind = {
  kind: "publication",
  claim: "No publication is left",
  evidence: "pg_publication",
  find: (session) =>
    foundBy(
      session,
      "look for publications",
      "dropped",
      `select pubname as name, array[format('drop publication %I', pubname)] as statements
         from pg_publication order by 1`,
    ),
};
