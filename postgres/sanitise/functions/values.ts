/** Values that are not texts: dates, numbers, bytes. Sessions run in UTC with ISO dates, so that texts of them are stable. */
export const values = [
  `create or replace function prodcopy.days(v text, most int) returns int language plpgsql stable parallel safe as $$
   declare i constant bigint := prodcopy.pick('days:' || v);
   begin
     return (1 + (i / 2) % most)::int * case when i % 2 = 0 then 1 else -1 end;
   end $$`,
  `create or replace function prodcopy.whole(v bigint, low bigint, high bigint) returns bigint
   language plpgsql stable parallel safe as $$
   declare answer constant bigint := low + prodcopy.pick('number:' || v) % (high - low + 1);
   begin
     return case when answer <> v then answer when answer < high then answer + 1 else low end;
   end $$`,
  `create or replace function prodcopy.decimal(v numeric, low numeric, high numeric, places int) returns numeric
   language plpgsql stable parallel safe as $$
   declare
     answer numeric := round(low + (high - low) * (prodcopy.pick('number:' || trim_scale(v)) % 1000000007) / 1000000007, places);
   begin
     if answer < low then answer := answer + 10::numeric ^ -places; end if;
     if answer > high then answer := answer - 10::numeric ^ -places; end if;
     return case when answer <> v then answer
       when answer + 10::numeric ^ -places <= high then answer + 10::numeric ^ -places
       else answer - 10::numeric ^ -places end;
   end $$`,
  // Text that should be JSON and is not becomes a JSON string, rather than stopping the run with a row in the message.
  `create or replace function prodcopy.as_json(v text) returns jsonb language plpgsql immutable parallel safe as $$
   begin
     return v::jsonb;
   exception when others then
     return '"redacted"'::jsonb;
   end $$`,
];
