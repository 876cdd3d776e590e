/** Words that stand before a name without being part of it, and behind it. */
const titles =
  "dr|mr|mrs|ms|miss|mx|prof|professor|sir|dame|rev|herr|frau|mme|mlle|monsieur|madame|dott|ing|don";
const suffixes = "jr|sr|ii|iii|iv|phd|md|esq";

const isAmong = (word: string, list: string) => `position('|' || lower(${word}) || '|' in '|${list}|') > 0`;

/** Latin letters with marks, and the plain ones of an address. */
const marked = "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłľñńňòóôõöøōőŕřśşšţťùúûüūůűųýÿźżž";
const plain = "aaaaaaaaacccddeeeeeeeegiiiiiiillnnnoooooooorrsssttuuuuuuuuyyzzz";

/** As ASCII, since the functions are made in databases of any encoding. */
const escaped = (text: string) =>
  `E'${[...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}'`;

/**
 * Names of people and what is made of them. `who` is the key of a person ('person:...') where the rules name a column for it, else
 * NULL: then the value itself decides. Words come from `prodcopy.word_*` (`../words/install.ts`); `script` says of which list.
 */
export const people = [
  // In which script a value is written: that of its first letter beyond the Latin ones.
  `create or replace function prodcopy.script(v text) returns text language plpgsql stable parallel safe as $$
   declare c int; i int;
   begin
     if octet_length(v) = length(v) or getdatabaseencoding() <> 'UTF8' then return 'latin'; end if;
     for i in 1..length(v) loop
       c := ascii(substr(v, i, 1));
       continue when c < 880;
       return case when c < 1024 then 'greek' when c < 1328 then 'cyrillic' when c between 1424 and 1535 then 'hebrew'
         when c between 1536 and 1791 then 'arabic' when c between 2304 and 2431 then 'devanagari'
         when c between 12352 and 12543 then 'kana' when c between 44032 and 55215 then 'hangul'
         when c between 13312 and 40959 then 'han' else 'latin' end;
     end loop;
     return 'latin';
   end $$`,
  `create or replace function prodcopy.first_name(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare
     i constant bigint := prodcopy.pick('first:' || coalesce(who, split_part(prodcopy.norm(v), ' ', 1))) / 2;
     w text := prodcopy.word_of('first', script, i);
   begin
     return case when who is null and lower(w) = prodcopy.norm(v) then prodcopy.word_of('first', script, i + 1) else w end;
   end $$`,
  `create or replace function prodcopy.last_name(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare
     i constant bigint := prodcopy.pick('last:' || coalesce(who, substring(prodcopy.norm(v) from '[^ ]+$'), '')) / 2;
     w text := prodcopy.word_of('last', script, i);
   begin
     return case when who is null and lower(w) = prodcopy.norm(v) then prodcopy.word_of('last', script, i + 1) else w end;
   end $$`,
  // First and last word as their own columns map them. "Last, First" stays in that order; a single word gets a given name.
  `create or replace function prodcopy.full_name(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare n text := v; first text := split_part(v, ' ', 1); last text := right(v, strpos(reverse(v), ' ') - 1); turned boolean := false;
   begin
     -- Most names are words with one blank between them, no title before and nothing behind: no need of the regexps.
     if v !~ '^[^[:space:],.]+( [^[:space:],.]+)+$' or ${isAmong("first", titles)} or ${isAmong("last", suffixes)} then
       n := btrim(regexp_replace(v, '[[:space:]]+', ' ', 'g'));
       turned := n ~ '^[^,]+, *[^, ]' and n !~* ', *(${suffixes})[.]?$';
       n := regexp_replace(n, '[ ,]+(${suffixes})[.]?$', '', 'i');
       n := regexp_replace(n, '^((${titles})[.]? +)+(?=[^ ])', '', 'i');
       if turned then
         last := btrim(split_part(n, ',', 1)); first := btrim(split_part(n, ',', 2));
       else
         last := substring(n from '[^ ]+$'); first := case when n ~ ' ' then split_part(n, ' ', 1) else 'of ' || n end;
       end if;
     end if;
     first := prodcopy.first_name(coalesce(first, ''), who, script);
     last := prodcopy.last_name(coalesce(last, ''), who, script);
     if script in ('han', 'hangul') then return last || case when n ~ ' ' then ' ' else '' end || first; end if;
     return case when turned then last || ', ' || first else first || ' ' || last end;
   end $$`,
  // Only words of ours come here, and only UTF-8 has those with marks.
  `create or replace function prodcopy.plain(w text) returns text language plpgsql immutable parallel safe as $$
   begin
     -- Not every locale knows the small letter of one with a mark.
     if octet_length(w) = length(w) then return lower(w); end if;
     return regexp_replace(lower(translate(w, ${escaped(marked + marked.toUpperCase())}, '${plain}${plain}')), '[^a-z0-9]', '', 'g');
   end $$`,
  // A person's name and so much of a hash that no two persons share it; the hash alone where there is no room for both.
  `create or replace function prodcopy.handle(who text, size int) returns text language plpgsql stable parallel safe strict as $$
   declare
     code constant text := prodcopy.letters('handle:' || who);
     name constant text := prodcopy.plain(prodcopy.first_name('', who, 'latin')) || '.' || prodcopy.plain(prodcopy.last_name('', who, 'latin'));
   begin
     return case when size < 20 then left(code, size) else left(name, size - 14) || '.' || left(code, 13) end;
   end $$`,
  `create or replace function prodcopy.login_name(v text, size int) returns text language plpgsql stable parallel safe as $$
   begin
     return left(case when size >= 17 then 'user' else 'u' end || left(prodcopy.letters('login:' || v), greatest(13, size - 1)), least(size, 17));
   end $$`,
  `create or replace function prodcopy.address_line(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare i constant bigint := prodcopy.pick('address:' || coalesce(who, prodcopy.norm(v)));
   begin
     return replace(replace(prodcopy.form_of('street', script, i / 16777216), '#', (1 + (i & 1048575) % 199)::text),
       '{}', prodcopy.word_of('street', script, i / 1048576));
   end $$`,
  `create or replace function prodcopy.city(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare
     i constant bigint := prodcopy.pick('city:' || coalesce(who, prodcopy.norm(v))) / 2;
     w constant text := prodcopy.word_of('town', script, i);
   begin
     return case when lower(w) = prodcopy.norm(v) then prodcopy.word_of('town', script, i + 1) else w end;
   end $$`,
  `create or replace function prodcopy.company(v text, who text, script text) returns text
   language plpgsql stable parallel safe as $$
   declare i constant bigint := prodcopy.pick('company:' || coalesce(who, prodcopy.norm(v)));
   begin
     return replace(prodcopy.form_of('company', script, i), '{}', prodcopy.word_of('company', script, i / 65536));
   end $$`,
];
