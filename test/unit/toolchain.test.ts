import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localHome } from "../../platforms/local/home";
import { exportLines } from "../../scripts/commands/env";
import { buildPulumi } from "../../scripts/toolchain/build";
import { fillOnce } from "../../scripts/toolchain/cache";
import { ensurePulumi, pulumiEnvironment } from "../../scripts/toolchain/pulumi";
import { isRecentEnough, versions } from "../../scripts/toolchain/versions";

/** Does not prove the download or the build itself: they take a network and minutes, and every fresh machine runs one of them. */
describe("toolchain", () => {
  let root: string;
  beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "prodcopy-toolchain-"))));
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  const program = (file: string, says = "") => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `#!/bin/sh\necho "${says}"\n`, { mode: 0o755 });
  };
  const complete = (folder: string, says: string) => {
    for (const name of [
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
      "pulumi-analyzer-policy",
    ]) {
      program(path.join(folder, name));
    }
    program(path.join(folder, "pulumi"), says);
  };

  it("takes a version of the same major that is not older", () => {
    const oldest = "3.200.0";
    for (const found of ["v3.200.0", "3.220.1", "v3.201.0-alpha.1"]) {
      assert.ok(isRecentEnough(found, oldest), found);
    }
    for (const found of ["v3.199.9", "4.0.0", "v2.300.0", "", "command not found"]) {
      assert.ok(!isRecentEnough(found, oldest), found);
    }
    assert.ok(isRecentEnough("1.26", "1.24.7"));
  });

  it("builds the version of the SDK, with the Go that the modules ask for", () => {
    const text = (...file: string[]) => fs.readFileSync(path.join(__dirname, "..", "..", ...file), "utf8");
    const { dependencies } = JSON.parse(text("package.json")) as { dependencies: Record<string, string> };
    const module = text("scripts", "toolchain", "pulumi-cli", "go.mod");
    assert.equal(dependencies["@pulumi/pulumi"], versions.pulumi);
    assert.ok(module.includes(`github.com/pulumi/pulumi/pkg/v3 v${versions.pulumi}\n`));
    assert.ok(module.includes(`\ngo ${versions.oldestGo}\n`));
  });

  it("passes over an old pulumi on PATH, and one without the Node.js host, and says why", async () => {
    const cache = path.join(root, "cache");
    const kept = path.join(
      cache,
      "prodcopy",
      `pulumi-${versions.pulumi}-${process.platform}-${process.arch}`,
      "bin",
    );
    complete(kept, `v${versions.pulumi}`);
    complete(path.join(root, "old"), "v3.199.0");
    program(path.join(root, "bare", "pulumi"), "v3.999.0");
    for (const [folder, reason] of [
      ["old", /passed over: 3\.200\.0 or later is needed, it says "v3\.199\.0"/],
      ["bare", /passed over: pulumi-language-nodejs, .* is not beside it/],
    ] as const) {
      const lines: string[] = [];
      const env = { PATH: path.join(root, folder), XDG_CACHE_HOME: cache };
      const toolchain = await ensurePulumi((line) => lines.push(line), env);
      assert.deepEqual([toolchain.source, toolchain.binFolder], ["cache", kept]);
      assert.match(lines.join("\n"), reason);
    }
  });

  it("takes a complete, recent pulumi on PATH, through a link too", async () => {
    complete(path.join(root, "real"), "v3.231.0");
    fs.mkdirSync(path.join(root, "links"));
    fs.symlinkSync(path.join(root, "real", "pulumi"), path.join(root, "links", "pulumi"));
    const toolchain = await ensurePulumi(() => undefined, {
      PATH: path.join(root, "links"),
      XDG_CACHE_HOME: root,
    });
    const { version, source, binFolder } = toolchain;
    assert.deepEqual(
      [version, source, binFolder],
      ["3.231.0", "PATH", fs.realpathSync(path.join(root, "real"))],
    );
  });

  it("names everything that is missing when it cannot build", async () => {
    const env = { PATH: path.join(root, "empty") };
    await assert.rejects(
      buildPulumi(path.join(root, "bin"), root, env, () => undefined),
      /no Go on PATH; and from PyPI: no python3 on PATH/,
    );
    program(path.join(root, "old", "go"), "go version go1.21.3 linux/amd64");
    await assert.rejects(
      buildPulumi(
        path.join(root, "bin"),
        root,
        { PATH: `${path.join(root, "old")}:/usr/bin/none` },
        () => undefined,
      ),
      /Go on PATH is 1\.21\.3, older than 1\.24\.7/,
    );
  });

  describe("cache", () => {
    const whole = (folder: string) => fs.existsSync(path.join(folder, "whole"));
    const finish = (folder: string) => {
      fs.writeFileSync(path.join(folder, "whole"), "");
      return Promise.resolve();
    };

    it("leaves nothing of a failed fill, and can be filled afterwards", async () => {
      const target = path.join(root, "it");
      const broken = (folder: string) => {
        fs.writeFileSync(path.join(folder, "part"), "");
        return Promise.reject(new Error("no space"));
      };
      await assert.rejects(
        fillOnce(target, whole, broken, () => undefined),
        /no space/,
      );
      assert.deepEqual(fs.readdirSync(root), []);
      await fillOnce(target, whole, finish, () => undefined);
      assert.deepEqual(fs.readdirSync(root), ["it"]);
    });

    it("takes over from a killed process: its lock, its half, and a damaged result", async () => {
      const target = path.join(root, "it");
      fs.mkdirSync(path.join(root, "it.unfinished-0"));
      fs.mkdirSync(target);
      fs.writeFileSync(`${target}.lock`, "1\n");
      fs.utimesSync(`${target}.lock`, new Date(0), new Date(0));
      await fillOnce(target, whole, finish, () => undefined);
      assert.deepEqual(fs.readdirSync(root), ["it"]);
      assert.ok(whole(target));
    });

    it("lets one of several work while the others wait for its result", async () => {
      const target = path.join(root, "it");
      let fills = 0;
      const fill = async (folder: string) => {
        fills += 1;
        await new Promise((resolve) => setImmediate(resolve));
        await finish(folder);
      };
      await Promise.all([1, 2, 3].map(() => fillOnce(target, whole, fill, () => undefined)));
      assert.equal(fills, 1);
      assert.deepEqual(fs.readdirSync(root), ["it"]);
    });
  });

  describe("environment of a stack", () => {
    const toolchain = {
      command: "/t/bin/pulumi",
      binFolder: "/t/bin",
      version: "3.220.0",
      source: "cache",
    } as const;
    const mode = (file: string) => (fs.statSync(file).mode & 0o777).toString(8);
    const backend = (values: Record<string, string>) => new URL(values.PULUMI_BACKEND_URL ?? "");

    it("keeps state and passphrase to this account, and a passphrase for ever", () => {
      const home = localHome({ PRODCOPY_HOME: path.join(root, "home") });
      const first = pulumiEnvironment(toolchain, "other", home, { PATH: "/usr/bin" });
      const file = first.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
      const word = fs.readFileSync(file, "utf8");
      assert.deepEqual([mode(file), mode(home.stacks), mode(backend(first).pathname)], ["600", "700", "700"]);
      assert.equal(backend(first).search, "?metadata=skip", "no side file that a killed run may leave empty");
      assert.ok(word.length >= 40);
      assert.deepEqual(pulumiEnvironment(toolchain, "other", home, { PATH: "/usr/bin" }), first);
      assert.equal(fs.readFileSync(file, "utf8"), word);
      assert.deepEqual(fs.readdirSync(home.stacks).sort(), ["other.passphrase", "pulumi"]);
    });

    it("gives the demonstration the word that its committed salt belongs to", () => {
      const home = localHome({ PRODCOPY_HOME: root });
      const { PULUMI_CONFIG_PASSPHRASE_FILE: file } = pulumiEnvironment(toolchain, "local", home, {});
      assert.equal(fs.readFileSync(file ?? "", "utf8"), "prodcopy-local");
    });

    it("puts the CLI first on PATH, this Node in front of another, and passes PRODCOPY_HOME on only when set", () => {
      const home = localHome({ PRODCOPY_HOME: root });
      program(path.join(root, "other", "node"));
      const node = path.dirname(process.execPath);
      const values = (env: NodeJS.ProcessEnv) => pulumiEnvironment(toolchain, "local", home, env);
      assert.equal(values({ PATH: `${root}/other:/x` }).PATH, `/t/bin:${node}:${root}/other:/x`);
      assert.equal(values({ PATH: `/x:${node}` }).PATH, `/t/bin:/x:${node}`);
      const npms = `/a/node_modules/.bin:/b/node-gyp-bin:/x:${node}`;
      assert.equal(values({ PATH: npms, npm_execpath: "/npm-cli.js" }).PATH, `/t/bin:/x:${node}`);
      assert.equal("PRODCOPY_HOME" in values({}), false);
      assert.equal(values({ PRODCOPY_HOME: root }).PRODCOPY_HOME, root);
    });

    it("survives a shell's eval, whatever the folders are called", () => {
      const odd = path.join(root, `it's a "home" $(touch ${root}/pwned) \`x\` 100% é\n#?`);
      const home = localHome({ PRODCOPY_HOME: odd });
      const values = pulumiEnvironment(toolchain, "local", home, {
        PATH: process.env.PATH,
        PRODCOPY_HOME: odd,
      });
      const names = Object.keys(values);
      const print = `"${process.execPath}" -p 'JSON.stringify(process.argv.slice(1).map((n) => process.env[n]))' ${names.join(" ")}`;
      const shell = spawnSync("sh", ["-c", `eval "$LINES_OF_ENV"; ${print}`], {
        env: { PATH: process.env.PATH, LINES_OF_ENV: exportLines(values) },
        encoding: "utf8",
      });
      assert.deepEqual(JSON.parse(shell.stdout), Object.values(values));
      assert.equal(decodeURIComponent(backend(values).pathname), path.join(home.stacks, "pulumi"));
      assert.ok(!fs.existsSync(path.join(root, "pwned")));
    });
  });
});
