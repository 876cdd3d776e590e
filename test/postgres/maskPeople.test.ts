import assert from "node:assert/strict";
import { asCopy } from "../support/copies";
import { sanitiseWith } from "../support/sanitise";
import { useScratchServer } from "../support/servers";

/** Whole runs that look at people: the same one in several columns and tables, and in the middle of texts. */
describe("sanitiser: one person everywhere", function () {
  this.timeout(120_000);
  const server = useScratchServer();
  let number = 0;

  type Row = Record<string, string | null>;

  /** Runs rules on a database of its own; answers what `queries` read afterwards. */
  async function run(sql: string, tables: string, ...queries: string[]): Promise<Row[][]> {
    const database = `people_${++number}`;
    await server().createDatabase(database);
    try {
      await server().as(database, async (session) => {
        await session.query(sql);
      });
      await sanitiseWith(
        server().target(database),
        (session) => asCopy(session, server().handle),
        `database: ${database}\nallowed_domains: [example.invalid]\ntables:\n${tables}`,
      );
      return await server().as(database, async (session) => {
        const answers: Row[][] = [];
        for (const query of queries) answers.push((await session.query<Row>(query)).rows);
        return answers;
      });
    } finally {
      // A run refuses a server that holds other databases.
      await server().as("postgres", async (session) => {
        await session.query(`drop database ${database}`);
      });
    }
  }

  it("name, user name and e-mail agree under a person, and an invoice's copies with the customer's", async () => {
    const [customers = [], invoices = []] = await run(
      `create table customer (id int primary key, login text unique, email text unique, first text, last text, whole text, born date, joined date);
       create table invoice (id int primary key, customer_id int references customer, billed_to text, address text, due date);
       insert into customer select i, 'login' || i, 'c' || i || '@mail.example', 'Ann', 'Lee', 'Ann Lee', '1980-01-01', '2010-01-01' from generate_series(1, 60) i;
       insert into invoice select i, i, 'Mrs A. Lee', 'other' || i || '@mail.example', '2020-01-01' from generate_series(1, 60) i;
       insert into invoice values (61, null, 'Nobody Known', 'x@mail.example', null);`,
      `  customer:
    mask:
      login: { with: username, person: id }
      email: { with: email, person: id }
      first: { with: first-name, person: id }
      last: { with: last-name, person: id }
      whole: { with: full-name, person: id }
      born: { with: date-shift, person: id }
      joined: { same_as: customer.born, person: id }
  invoice:
    mask:
      billed_to: { same_as: customer.whole, person: customer_id }
      address: { same_as: customer.email, person: customer_id }
      due: { with: date-shift, person: customer_id }`,
      "select *, (joined - born)::text as gap, (born - '1980-01-01')::text as moved from customer order by id",
      "select *, (due - '2020-01-01')::text as moved from invoice order by id",
    );
    const plain = (name: string | null | undefined) =>
      (name ?? "")
        .toLowerCase()
        .normalize("NFD")
        .replace(/ø/g, "o")
        .replace(/ł/g, "l")
        .replace(/[^a-z]/g, "");
    for (const [i, one] of customers.entries()) {
      assert.equal(one.whole, `${one.first} ${one.last}`);
      const [local = "", domain] = (one.email ?? "").split("@");
      assert.equal(domain, "example.invalid");
      assert.match(local, new RegExp(`^${plain(one.first)}\\.${plain(one.last)}\\.[a-z0-9]{13}$`));
      assert.equal(one.login, local);
      assert.equal(one.gap, "10958", "the order and the distance of one person's dates stay");
      const bill = invoices[i];
      assert.deepEqual([bill?.billed_to, bill?.address, bill?.moved], [one.whole, one.email, one.moved]);
    }
    assert.ok(new Set(customers.map((one) => one.whole)).size > 30, "equal names are other people's");
    assert.equal(new Set(customers.map((one) => one.email)).size, 60);
    // Nobody is said: the value itself decides.
    const last = invoices[60];
    assert.match(last?.address ?? "", /^[a-z0-9]{20}@example\.invalid$/);
    assert.match(last?.billed_to ?? "", /^\S+ \S+$/);
  });

  it("an address, a number and a name in a text, in JSON and in a list become what they become in their columns", async () => {
    const [members = [], logs = []] = await run(
      `create table member (id int primary key, email text, mobile text, first text, last text);
       insert into member values (1, 'Ann.Lee@mail.example', '0412345678', 'Ann', 'Leeson'), (2, 'bob@mail.example', '+61 2 9876 5432', 'Bob', 'Roeder');
       create table log (id int primary key, line text, doc jsonb, old json, receivers text, tags text[]);
       insert into log values (1,
         '2024-01-31 10:00:00 order 1234567 of Ann Leeson <ann.lee@mail.example>, phone 0412 345 678. Also (02) 9999-1111; Roeder, Bob; mr Leeson; "bob@mail.example"!',
         '{"to": "ann.lee@mail.example", "n": 3, "note": "call Bob Roeder on 0412345678", "flag": true, "amount": 1234567}',
         '["bob@mail.example", {"bob@mail.example": 1}]', 'Ann Leeson <ann.lee@mail.example>, bob@mail.example', '{nothing here, "to ann.lee@mail.example"}'),
        (2, '', '{}', null, '', '{}'), (3, 'nobody is mentioned, at 10:00 on 2024-01-31', '"plain"', '5', null, null);`,
      `  member: { mask: { email: email, mobile: { with: phone, format: "04########" }, first: first-name, last: last-name } }
  log:
    mask:
      line: { with: mentions, phone_format: "04########" }
      doc: { with: mentions, phone_format: "04########" }
      old: { with: json, other: mentions }
      receivers: email-list
      tags: { with: array, each: mentions }`,
      "select * from member order by id",
      "select id, line, doc::text, old::text, receivers, tags::text from log order by id",
    );
    const [ann, bob] = members;
    const [one, two, three] = logs;
    const spaced = (ann?.mobile ?? "").replace(/^(\d{4})(\d{3})(\d{3})$/, "$1 $2 $3");
    const [, other] = /Also (\(\d\d\) \d{4}-\d{4});/.exec(one?.line ?? "") ?? [];
    assert.ok(other !== undefined && other !== "(02) 9999-1111", "a number that is written as one goes too");
    assert.equal(
      one?.line,
      `2024-01-31 10:00:00 order 1234567 of ${ann?.first} ${ann?.last} <${ann?.email}>, phone ${spaced}. Also ${other}; ${bob?.last}, ${bob?.first}; mr ${ann?.last}; "${bob?.email}"!`,
    );
    assert.deepEqual(JSON.parse(one?.doc ?? ""), {
      to: ann?.email,
      n: 3,
      note: `call ${bob?.first} ${bob?.last} on ${ann?.mobile}`,
      flag: true,
      amount: 1234567,
    });
    assert.deepEqual(JSON.parse(one?.old ?? ""), [bob?.email, { [bob?.email ?? ""]: 1 }]);
    assert.equal(one?.receivers, `${ann?.email}, ${bob?.email}`);
    assert.equal(one?.tags, `{"nothing here","to ${ann?.email}"}`);
    assert.deepEqual([two?.line, two?.doc, two?.old, two?.receivers, two?.tags], ["", "{}", null, "", "{}"]);
    assert.deepEqual(
      [three?.line, three?.doc, three?.old],
      ["nobody is mentioned, at 10:00 on 2024-01-31", '"plain"', "5"],
    );
  });

  it("names of members of a JSON object become what their transformation makes of them", async () => {
    const [rows = []] = await run(
      `create table t (id int primary key, login text, votes jsonb);
       insert into t values (1, 'ann', '{"by": {"ann": 1, "bob": {"x": "secret"}}, "ann": 2}')`,
      `  t: { mask: { login: username, votes: { with: json, keys: { $.by: username }, other: keep } } }`,
      "select login, votes::text from t",
    );
    const votes = JSON.parse(rows[0]?.votes ?? "") as { by: Record<string, unknown>; ann: number };
    assert.equal(votes.by[rows[0]?.login ?? ""], 1);
    assert.equal(Object.keys(votes.by).length, 2);
    assert.equal(votes.by.bob, undefined);
    assert.equal(votes.ann, 2);
  });
});
