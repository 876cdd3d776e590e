import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./components/load";
import { Copy } from "./components/copy";
import { Environment } from "./components/environment";
import { Source } from "./components/source";

// Configuration -> source -> copy -> environment -> outputs. What each stage does and proves: docs/stages.md.
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

export const testApplication = environment.url;
export const report = config.reportOf(generation);
export const endpoint = pulumi.interpolate`${copy.opened.host}:${copy.opened.port}`;
export const copyId = copy.opened.copyId;
export const adminSecret = copy.opened.adminSecretRef;
export const snapshotId = snapshot.snapshotId;
export const dataFrom = snapshot.dataFrom;
export const expiresAt = copy.expiresAt;
export { generation };
