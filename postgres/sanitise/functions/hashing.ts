/**
 * SQL functions on which every transformation stands. They live in schema `prodcopy` of the copy for the time of a run.
 *
 * `digest` is SHA-256 with the run's key before and after the value: one-way, for everything that carries more of the
 * value than a few bits. `pick` and `mark` are the server's fast 64-bit hash under a secret seed (2 us cheaper a value):
 * `pick` chooses among words, `mark` recognises a value that stood there before. Both are of no use once key and seed
 * are gone, which they are when the run ends. They read the session's settings, so no value is ever folded into a plan.
 */
export const hashing = [
  `create or replace function prodcopy.digest(v text) returns bytea language sql stable parallel safe as $$
     select sha256(convert_to(current_setting('prodcopy.key') || v || current_setting('prodcopy.key'), getdatabaseencoding())) $$`,
  `create or replace function prodcopy.hex(v text) returns text language sql stable parallel safe as $$
     select encode(prodcopy.digest(v), 'hex') $$`,
  // About five bits a character, lower case: local parts of addresses.
  `create or replace function prodcopy.letters(v text) returns text language sql stable parallel safe as $$
     select lower(translate(encode(prodcopy.digest(v), 'base64'), '+/=', 'qz')) $$`,
  `create or replace function prodcopy.pick(v text) returns bigint language sql stable parallel safe as $$
     select hashtextextended(v collate "C", current_setting('prodcopy.seed')::bigint) & 9223372036854775807 $$`,
  `create or replace function prodcopy.mark(v text) returns bigint language sql stable parallel safe as $$
     select hashtextextended(v collate "C", current_setting('prodcopy.mark')::bigint) $$`,
  `create or replace function prodcopy.norm(v text) returns text language sql immutable parallel safe as $$
     select lower(btrim(v, E' \\t\\r\\n')) $$`,
];
