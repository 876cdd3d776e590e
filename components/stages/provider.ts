import type * as pulumi from "@pulumi/pulumi";

type Bag = Record<string, unknown>;

interface Runner {
  check(olds: Bag, news: Bag): Promise<pulumi.dynamic.CheckResult>;
  diff(olds: Bag, news: Bag): pulumi.dynamic.DiffResult;
  create(inputs: Bag): Promise<pulumi.dynamic.CreateResult>;
  update(olds: Bag, news: Bag): Promise<pulumi.dynamic.UpdateResult>;
  remove(outs: Bag): Promise<void>;
  read(id: string, outs: Bag): Promise<pulumi.dynamic.ReadResult>;
}

/**
 * The provider of every stage. Pulumi serialises these few lines into the state; the real code is loaded when the engine
 * calls. So the state holds no logic, a fix reaches the `delete` of what an earlier release made, and no library is
 * captured. Each method repeats the loading because a serialised function can share nothing with another one.
 *
 * The working directory of a dynamic provider is the folder of Pulumi.yaml, and only `createRequire` resolves from there.
 */
export const stageProvider: pulumi.dynamic.ResourceProvider = {
  check: async (olds: Bag, news: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).check(olds, news);
  },
  diff: async (_id: string, olds: Bag, news: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).diff(olds, news);
  },
  create: async (inputs: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).create(inputs);
  },
  update: async (_id: string, olds: Bag, news: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).update(olds, news);
  },
  delete: async (_id: string, outs: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).remove(outs);
  },
  read: async (id: string, outs?: Bag) => {
    const load = require("module").createRequire(process.cwd() + "/package.json");
    load("tsx/cjs");
    return (load("./pipeline/runner.ts") as Runner).read(id, outs ?? {});
  },
};
