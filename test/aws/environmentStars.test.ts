import assert from "node:assert/strict";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { claimedSettings } from "../../pipeline/stages/claim";
import type { EnvironmentChange, Platform } from "../../platforms/platform";
import {
  environmentName,
  makeEnvironment,
  plain,
  secret,
  type AwsEnvironment,
} from "../support/awsEnvironment";
import { label, quiet, useAwsProduction } from "../support/awsProduction";
import { region } from "../support/sandbox";

describe("aws: an environment that shows its password as stars", function () {
  this.timeout(120_000);
  const given = useAwsProduction(5);
  let environment: AwsEnvironment;
  let earlierSecret: string;
  const ref = "test-0001/application";
  const mask = (names: string[]) =>
    given().sandbox.control("environments", { name: environmentName, masked: names });
  const operations = async () =>
    (await given().sandbox.control<{ operation: string }[]>("log")).map(({ operation }) => operation);
  const updates = async () => (await operations()).filter((one) => one === "UpdateEnvironment").length;
  /** What the application's process has: what stands behind the stars. */
  const unmasked = async () => {
    await mask([]);
    const settings = { ...(await environment.settings(plain)), ...(await environment.settings(secret)) };
    await mask(["RDS_PASSWORD"]);
    return settings.RDS_PASSWORD;
  };
  const change = (generation: string): EnvironmentChange => ({
    environment: environmentName,
    environmentId: environment.id,
    stack: "test",
    settings: {
      RDS_HOSTNAME: environment.before.RDS_HOSTNAME!,
      RDS_DB_NAME: environment.before.RDS_DB_NAME!,
      PRODCOPY_GENERATION: generation,
    },
    secretSettings: { RDS_PASSWORD: ref },
  });
  const claim = (platform: Platform) => platform.claim(environmentName, "test", claimedSettings);
  const byValue = () =>
    given().platformWith({ passwordAs: "value", earlierSecrets: { RDS_PASSWORD: earlierSecret } });

  before("an environment on a database of its own", async function () {
    this.timeout(120_000);
    environment = await makeEnvironment(given());
    const password = given().passwords.app;
    const made = await new SecretsManager({ region }).createSecret({
      Name: "test/database",
      SecretString: JSON.stringify({ username: "federation_app", password }),
    });
    earlierSecret = `${made.ARN}:password`;
    await given().platform.secrets.put(ref, { password }, label("0001"));
    await mask(["RDS_PASSWORD"]);
  });
  after(() => environment?.beanstalk.destroy());

  it("is refused while no secret is named that holds it, and when the named one does not", async () => {
    await assert.rejects(claim(given().platform), /shows RDS_PASSWORD as stars.*prodcopy:earlierSecrets/);
    const [arn = ""] = earlierSecret.split(/:password$/);
    const wrong = { passwordAs: "value" as const, earlierSecrets: { RDS_PASSWORD: `${arn}:username2` } };
    await assert.rejects(
      claim(given().platformWith(wrong)),
      /is no JSON object with a text under "username2"\. Its contents are not shown/,
    );
    assert.ok(!(await operations()).includes("UpdateTagsForResource"), "nothing was claimed");
  });

  it("is set by value, and found set without another update", async () => {
    const platform = byValue();
    const { proofs } = await claim(platform);
    assert.match(proofs[0]!.evidence, /RDS_PASSWORD kept as a secret/);
    const before = await updates();
    const done = await platform.setEnvironment(change("0001"), quiet);
    assert.match(done[0]!.evidence, /health Green/);
    assert.equal(await updates(), before + 1);
    assert.match((await platform.setEnvironment(change("0001"), quiet))[0]!.claim, /already has/);
    assert.equal(await updates(), before + 1, "a second call only proves");
    assert.deepEqual(await environment.settings(secret), {});
  });

  it("gets its last password back when a new one does not work", async () => {
    await given().platform.secrets.put(ref, { password: "Pl4nted-wrong-password" }, label("0001"));
    await assert.rejects(byValue().setEnvironment(change("0002"), quiet), (error: Error) => {
      assert.match(error.message, /were put back, and it is healthy on them again/);
      assert.doesNotMatch(error.message, /Pl4nted/);
      return true;
    });
    assert.equal(await unmasked(), given().passwords.app);
    assert.equal((await environment.settings(plain)).PRODCOPY_GENERATION, "0001");
    await given().platform.secrets.put(ref, { password: given().passwords.app }, label("0001"));
  });

  it("is put back by value, and nobody's stars are taken for ours afterwards", async () => {
    const platform = byValue();
    // Killed between its intent and its end: nobody knows what stands behind the stars.
    const lost = {
      service: "elasticbeanstalk",
      operation: "UpdateEnvironment",
      code: "AccessDenied",
      after: true,
    };
    await given().sandbox.control("faults", lost);
    await given().platform.secrets.put(ref, { password: "Pl4nted-other-password" }, label("0001"));
    await assert.rejects(platform.setEnvironment(change("0003"), quiet), /lacks the permission/);
    await environment.health();
    await platform.putBack(environmentName, "test", quiet);
    assert.equal(await unmasked(), given().passwords.app);
    assert.equal(await environment.health(), "Green");
    const before = await updates();
    await platform.putBack(environmentName, "test", quiet);
    await platform.releaseClaim(environmentName, "test");
    assert.equal(await updates(), before);
  });

  it("gets a reference to the named secret back where references are used", async () => {
    const platform = given().platformWith({ earlierSecrets: { RDS_PASSWORD: earlierSecret } });
    await given().platform.secrets.put(ref, { password: given().passwords.app }, label("0001"));
    await claim(platform);
    await platform.setEnvironment(change("0004"), quiet);
    await platform.putBack(environmentName, "test", quiet);
    assert.equal(await unmasked(), earlierSecret);
    assert.equal(await environment.health(), "Green");
    await platform.releaseClaim(environmentName, "test");
  });

  it("is refused while a database is coupled to it, and not for one that was decoupled", async () => {
    await mask([]);
    const couple = async (Value: string) => {
      const OptionSettings = ["HasCoupledDatabase", "DBEngine"].map((OptionName) => ({
        ...{ Namespace: "aws:rds:dbinstance", OptionName },
        Value: OptionName === "DBEngine" ? "postgres" : Value,
      }));
      await environment.beanstalk.updateEnvironment({ EnvironmentName: environmentName, OptionSettings });
      await environment.health();
    };
    await couple("true");
    await assert.rejects(claim(given().platform), /a database is coupled to it.*decouple it first/);
    await couple("false");
    await claim(given().platform);
    await couple("true");
    await assert.rejects(given().platform.setEnvironment(change("0005"), quiet), /is coupled to it/);
    await couple("false");
    await given().platform.releaseClaim(environmentName, "test");
  });
});
