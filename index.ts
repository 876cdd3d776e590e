import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./components/load";
import { Copy } from "./components/copy";
import { Environment } from "./components/environment";
import type { ProductionConfig } from "./components/production/config";
import { productionConfig } from "./components/production/load";
import type * as Side from "./components/production/side";
import { Source } from "./components/source";

/** Configuration -> source -> copy -> environment -> outputs. What each stage does and proves: docs/stages.md. */
function declareCopy() {
  const config = loadConfig();
  const { facts, rulesDigest, applicationUser, owner } = config;

  const source = new Source("source", { ...config.source, facts, rulesDigest, owner });
  const { snapshot } = source;
  const { generation } = snapshot;

  const copy = new Copy("copy", { ...config.copy, facts, snapshot, rulesDigest, applicationUser, owner });

  const environment = new Environment("environment", {
    facts,
    generation,
    restored: copy.restored,
    opened: copy.opened,
    applicationUser,
    alsoSet: config.alsoSet,
  });

  return {
    testApplication: environment.url,
    report: config.reportOf(generation),
    endpoint: pulumi.interpolate`${copy.opened.host}:${copy.opened.port}`,
    copyId: copy.opened.copyId,
    adminSecret: copy.opened.adminSecretRef,
    snapshotId: snapshot.snapshotId,
    dataFrom: snapshot.dataFrom,
    expiresAt: copy.expiresAt,
    generation,
  };
}

/** Production's own side: bastion, secrets, buckets, import task. docs/production.md. */
function declareProduction(config: ProductionConfig) {
  // Pulumi's provider for AWS takes seconds to load, and only this side needs it.
  const { ProductionSide } = createRequire(__filename)("./components/production/side") as typeof Side;
  return new ProductionSide("production", config).outputs;
}

const production = productionConfig();

export = production === undefined ? declareCopy() : declareProduction(production);
