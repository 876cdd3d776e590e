import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { localHome, type LocalHome } from "../../platforms/local/home";
import { localSecrets } from "../../platforms/local/secrets";
import type { Label } from "../../platforms/platform";

const planted = "Pl4nted:s3cret/@ wörd";
const label = (stack: string): Label => ({
  stack,
  generation: "3fa9c1d2",
  owner: "tester",
  expiresAt: "2030-01-01T00:00:00.000Z",
});

describe("secrets on this machine", () => {
  let root: string;
  let home: LocalHome;
  beforeEach(async () => {
    root = await fs.mkdtemp(path.join(os.tmpdir(), "prodcopy-secrets-"));
    home = localHome({ PRODCOPY_HOME: root });
  });
  afterEach(() => fs.rm(root, { recursive: true, force: true }));

  const files = async () => (await fs.readdir(home.secrets)).sort();
  const messageOf = async (doing: Promise<unknown>): Promise<string> => {
    try {
      await doing;
    } catch (error) {
      return String((error as Error).stack);
    }
    assert.fail("nothing was thrown");
  };

  it("refuses references that could leave the folder or meet another one's file", async () => {
    const hostile = [
      "",
      ".",
      "..",
      "../outside",
      "a/../b",
      "/etc/passwd",
      "a//b",
      "a/",
      "a~b",
      "a\0b",
      "a\nb",
      "C:\\x",
      ".hidden",
      "-rf",
      "a/b/c/d/e",
      "x".repeat(201),
      "ü",
    ];
    const store = localSecrets(home);
    for (const ref of hostile) {
      await assert.rejects(store.put(ref, { password: planted }, label("test")), /cannot name a secret/, ref);
      await assert.rejects(store.get(ref), /cannot name a secret/, ref);
      await assert.rejects(store.remove(ref), /cannot name a secret/, ref);
    }
    assert.deepEqual(await fs.readdir(root), []);
  });

  it("keeps and replaces values, and says what to do when there is none", async () => {
    const store = localSecrets(home);
    await store.put("test-3fa9c1d2/admin", { password: planted, username: "a" }, label("test"));
    assert.deepEqual(await store.get("test-3fa9c1d2/admin"), { password: planted, username: "a" });
    await store.put("test-3fa9c1d2/admin", { password: "other" }, label("test"));
    assert.deepEqual(await store.get("test-3fa9c1d2/admin"), { password: "other" });
    await store.remove("test-3fa9c1d2/admin");
    await store.remove("test-3fa9c1d2/admin");
    await assert.rejects(
      store.get("test-3fa9c1d2/admin"),
      /no secret "test-3fa9c1d2\/admin".*prodcopy refresh/s,
    );
    assert.deepEqual(await files(), []);
  });

  it("can be read by this account alone, even where the folder was open", async () => {
    await fs.mkdir(home.secrets, { recursive: true, mode: 0o755 });
    await localSecrets(home).put("test-1/admin", { password: planted }, label("test"));
    const mode = async (file: string) => (await fs.stat(file)).mode & 0o777;
    assert.equal(await mode(home.secrets), 0o700);
    assert.equal(await mode(path.join(home.secrets, "test-1~admin.json")), 0o600);
  });

  it("names no value when a file is damaged", async () => {
    const store = localSecrets(home);
    await store.put("test-1/admin", { password: planted }, label("test"));
    const file = path.join(home.secrets, "test-1~admin.json");
    for (const text of [`${planted}`, `{"password": "${planted}`, JSON.stringify({ value: planted }), ""]) {
      await fs.writeFile(file, text);
      for (const doing of [store.get("test-1/admin"), store.list(), store.removeByStack("test")]) {
        const message = await messageOf(doing);
        assert.match(message, /The secret "test-1\/admin" cannot be read from .*json/);
        assert.ok(!message.includes("Pl4nted"), message);
      }
    }
  });

  it("refuses a file that holds another reference's secret", async () => {
    const store = localSecrets(home);
    await store.put("test-1/admin", { password: planted }, label("test"));
    await fs.rename(
      path.join(home.secrets, "test-1~admin.json"),
      path.join(home.secrets, "test-1~Admin.json"),
    );
    await assert.rejects(store.get("test-1/Admin"), /holds the secret "test-1\/admin"/);
  });

  it("sweeps one stack's secrets and what its killed writes left, and nobody else's", async () => {
    const store = localSecrets(home);
    assert.deepEqual(await store.removeByStack("test"), []);
    for (const [ref, stack] of [
      ["test-1/admin", "test"],
      ["test-1/logins", "test"],
      ["test-two-1/admin", "test-two"],
    ] as const) {
      await store.put(ref, { password: planted }, label(stack));
    }
    const unfinished = (ref: string) => path.join(home.secrets, `${ref}.json.0123456789ab.tmp`);
    const whole = (stack: string) =>
      JSON.stringify({ ref: "x", label: label(stack), value: { password: planted } });
    await fs.writeFile(unfinished("test-1~admin"), whole("test"));
    await fs.writeFile(unfinished("test-two-1~admin"), whole("test-two"));
    await fs.writeFile(unfinished("young"), "");
    await fs.writeFile(unfinished("old"), `{"ref": "${planted}`);
    await fs.utimes(unfinished("old"), 1, 1);

    assert.deepEqual(await store.removeByStack("test"), ["test-1/admin", "test-1/logins"]);
    assert.deepEqual(await files(), [
      "test-two-1~admin.json",
      "test-two-1~admin.json.0123456789ab.tmp",
      "young.json.0123456789ab.tmp",
    ]);
    assert.deepEqual(await store.list(), [{ ref: "test-two-1/admin", label: label("test-two") }]);
    assert.deepEqual(await store.removeByStack("test"), []);
  });

  it("shows readers one whole value while writers race", async () => {
    const store = localSecrets(home);
    const value = (n: number) => ({ password: String(n).repeat(5000), n: String(n) });
    await store.put("test-1/admin", value(0), label("test"));
    const writes = Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        for (let i = 0; i < 5; i += 1) await store.put("test-1/admin", value(n), label("test"));
      }),
    );
    for (let i = 0; i < 40; i += 1) {
      const seen = await store.get("test-1/admin");
      assert.deepEqual(seen, value(Number(seen.n)));
    }
    await writes;
    assert.deepEqual(await files(), ["test-1~admin.json"]);
  });
});
