import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Copy } from "../../components/copy";
import { Environment } from "../../components/environment";
import { Source } from "../../components/source";
import { stageNames } from "../../report/story";

/**
 * The program with Pulumi's mocks: which resources it declares, with which inputs and names. Not proven here: what the
 * engine makes of them, and what the stages do.
 */
interface Declared {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

const facts = { platform: "local", stack: "local", source: "production", environment: "test" } as const;
const handover = { resourceId: "r1", host: "127.0.0.1", port: 5999, copyId: "local-g1" };

describe("the program", () => {
  const declared: Declared[] = [];

  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          const known = inputs as Record<string, unknown>;
          declared.push({ type, name, inputs: known });
          const answered = { generation: "g1", snapshotId: "s1", environmentId: "e1", url: "http://x" };
          return {
            id: name,
            state: { ...known, ...answered, handover: { ...handover, stage: known["stage"] } },
          };
        },
        call: () => ({}),
      },
      "prodcopy",
      "local",
    );
    const { snapshot } = new Source("source", {
      facts,
      snapshot: "latest",
      refresh: "",
      safetySnapshot: false,
      rulesDigest: "d1",
      sanitiserRevision: 1,
      migrationsDigest: "m1",
      owner: "team",
    });
    const copy = new Copy("copy", {
      facts,
      snapshot,
      rules: "rules/sample.yaml",
      rulesDigest: "d1",
      migrations: { folder: "migrations/sample", command: [], digest: "m1" },
      applicationUser: "federation_app",
      owner: "team",
      keepFor: "7d",
    });
    const environment = new Environment("environment", {
      facts,
      generation: snapshot.generation,
      restored: copy.restored,
      opened: copy.opened,
      applicationUser: "federation_app",
      alsoSet: ["port"],
    });
    await new Promise<void>((resolve) => environment.url.apply(() => resolve()));
  });

  function stage(name: string): Declared {
    const found = declared.find((resource) => resource.inputs["stage"] === name);
    assert.ok(found, `stage ${name} is not declared`);
    return found;
  }

  it("declares every stage of the story once, under its own name and type", () => {
    for (const name of stageNames) {
      const { type, name: resourceName } = stage(name);
      assert.equal(resourceName, name);
      assert.equal(type, `pulumi-nodejs:dynamic/prodcopy:${name.charAt(0).toUpperCase()}${name.slice(1)}`);
    }
    assert.equal(
      declared.filter((resource) => resource.inputs["stage"] !== undefined).length,
      stageNames.length,
    );
  });

  it("hands each stage what the one before it handed over", () => {
    const chain = ["restore", "rotate", "isolate", "verify", "sanitise", "migrate", "open", "switch"];
    for (const [index, name] of chain.entries()) {
      if (index === 0) continue;
      const from = stage(name).inputs["from"] as { stage: string };
      assert.equal(from.stage, chain[index - 1], name);
    }
  });

  it("ties the anchor before the snapshot, and the claim between restore and switch", () => {
    assert.equal(stage("snapshot").inputs["anchor"], "anchor");
    assert.equal(stage("claim").inputs["copyResource"], "r1");
    assert.equal(stage("switch").inputs["environmentId"], "e1");
  });

  it("gives every stage the same facts, and the generation to all that belong to one copy", () => {
    for (const name of stageNames) {
      const { inputs } = stage(name);
      for (const [key, value] of Object.entries(facts)) assert.equal(inputs[key], value, `${name}.${key}`);
      if (name !== "anchor" && name !== "snapshot") assert.equal(inputs["generation"], "g1", name);
    }
  });

  it("puts the same constant provider into every stage, small and free of secrets and of paths", () => {
    const texts = new Set(stageNames.map((name) => stage(name).inputs["__provider"] as string));
    assert.equal(texts.size, 1);
    const [text] = [...texts];
    assert.ok(text !== undefined && text.length < 5_000, `${text?.length} characters`);
    assert.doesNotMatch(text, /require\("[^"]*\/[^"]*"\)|class |node_modules/);
    assert.ok(!text.includes(process.cwd()), "the provider's text names a path of this machine");
  });
});
