import { reachingFunctions } from "./functions";
import { foundBy, type Kind, namesConnection } from "./way";

/**
 * All event triggers, also those that only write: they fire on every change of ours to the schema, so one would call out
 * while the ways out are being cut, another would write rows or forbid the change. ALTER EVENT TRIGGER itself fires none.
 * RDS's own are the platform's.
 */
export const eventTriggers: Kind = {
  kind: "event trigger",
  claim: "No event trigger fires",
  evidence: "pg_event_trigger: evtenabled is D for all that came along",
  find: (session) =>
    foundBy(
      session,
      "look for event triggers",
      "disabled",
      `select evtname as name, array[format('alter event trigger %I disable', evtname)] as statements
         from pg_event_trigger
        where evtenabled <> 'D' and not (evtname ~ '^rds_' and pg_get_userbyid(evtowner) = 'rdsadmin')
        order by 1`,
    ),
};

/**
 * Triggers whose function calls out, itself or through others: without them the application can write. A partition's are
 * disabled one by one. Triggers of views cannot be disabled; what they call raises.
 */
export const triggers: Kind = {
  kind: "trigger",
  claim: "No trigger runs a function that calls out",
  evidence: "pg_trigger joined with the functions that call out and those that call them",
  find: (session) =>
    foundBy(
      session,
      "look for triggers that call out",
      "disabled",
      `with ${reachingFunctions}
       select format('%s on %s', t.tgname, t.tgrelid::regclass) as name,
              array[format('alter table %s disable trigger %I', t.tgrelid::regclass, t.tgname)] as statements
         from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where not t.tgisinternal and t.tgenabled <> 'D' and c.relkind <> 'v'
          and t.tgfoid in (select oid from reaching)
        order by t.tgparentid <> 0, 1`,
    ),
};

/** Triggers whose own arguments name a connection: disabled, they would keep the password in the catalogue. */
export const triggerArguments: Kind = {
  kind: "trigger with a connection in its arguments",
  claim: "No trigger's arguments name a connection",
  evidence: "pg_trigger: tgargs",
  find: (session) =>
    foundBy(
      session,
      "look for triggers with a connection in their arguments",
      "dropped",
      `select format('%s on %s', tgname, tgrelid::regclass) as name,
              array[format('drop trigger %I on %s', tgname, tgrelid::regclass)] as statements
         from pg_trigger
        where not tgisinternal and tgparentid = 0 and encode(tgargs, 'escape') ~* $1 order by 1`,
      [namesConnection],
    ),
};
