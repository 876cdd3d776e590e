import assert from "node:assert/strict";
import { claimedSettings } from "../../pipeline/stages/claim";
import type { EnvironmentChange } from "../../platforms/platform";
import {
  environmentName,
  makeEnvironment,
  plain,
  secret,
  type AwsEnvironment,
} from "../support/awsEnvironment";
import { label, quiet, useAwsProduction } from "../support/awsProduction";

describe("aws: an environment claimed, set and put back", function () {
  this.timeout(120_000);
  const given = useAwsProduction(5);
  let environment: AwsEnvironment;
  let change: EnvironmentChange;
  const ref = "test-0001/application";
  const updates = async () => {
    const log = await given().sandbox.control<{ operation: string }[]>("log");
    return log.filter(({ operation }) => operation === "UpdateEnvironment").length;
  };
  const tags = async () => {
    const { EnvironmentArn } = (
      await environment.beanstalk.describeEnvironments({ EnvironmentNames: [environmentName] })
    ).Environments![0]!;
    const { ResourceTags = [] } = await environment.beanstalk.listTagsForResource({
      ResourceArn: EnvironmentArn,
    });
    return {
      arn: EnvironmentArn!,
      keys: ResourceTags.map(({ Key = "" }) => Key).filter((key) => key.includes("claim")),
    };
  };
  const tag = async (Key: string, Value: string | undefined) => {
    const ResourceArn = (await tags()).arn;
    const change = Value === undefined ? { TagsToRemove: [Key] } : { TagsToAdd: [{ Key, Value }] };
    await environment.beanstalk.updateTagsForResource({ ResourceArn, ...change });
    await environment.health();
  };

  before("an environment on a database of its own", async function () {
    this.timeout(120_000);
    environment = await makeEnvironment(given());
    const { before: earlier, id } = environment;
    await given().platform.secrets.put(ref, { password: given().passwords.app }, label("0001"));
    // Another database with the same contents: what the switch would move to.
    change = {
      environment: environmentName,
      environmentId: id,
      stack: "test",
      settings: {
        RDS_HOSTNAME: earlier.RDS_HOSTNAME!,
        RDS_DB_NAME: earlier.RDS_DB_NAME!,
        PRODCOPY_GENERATION: "0001",
      },
      secretSettings: { RDS_PASSWORD: ref },
    };
  });
  after(() => environment?.beanstalk.destroy());

  const claim = (stack = "test", names = claimedSettings) =>
    given().platform.claim(environmentName, stack, names);

  it("is refused when a tag or a listed host says production, and when a value cannot be kept", async () => {
    await tag("environment", "Production");
    await assert.rejects(claim(), /its tag environment says "Production"/);
    await tag("environment", undefined);
    const { CNAME = "" } = (
      await environment.beanstalk.describeEnvironments({ EnvironmentNames: [environmentName] })
    ).Environments![0]!;
    for (const host of [CNAME, environment.before.RDS_HOSTNAME!]) {
      const listed = given().platformWith({ forbiddenHosts: [host.toUpperCase()] });
      await assert.rejects(
        listed.claim(environmentName, "test", claimedSettings),
        /is in prodcopy:forbiddenHosts/,
      );
    }
    await assert.rejects(claim("test", ["AWS_ACCESS_KEY_ID"]), /shows AWS_ACCESS_KEY_ID as stars/);
    assert.deepEqual((await tags()).keys, [], "nothing was claimed");
  });

  it("is not set without a claim", () =>
    assert.rejects(
      given().platform.setEnvironment(change, quiet),
      /is not claimed by stack "test", so nothing was set/,
    ));

  it("is claimed once; another stack is refused, and the older of two claims wins", async () => {
    const { value, proofs } = await claim();
    assert.equal(value.claimedBy, "test");
    assert.match(proofs[0]!.evidence, /RDS_PASSWORD kept as a secret/);
    assert.ok(!JSON.stringify([value, proofs]).includes(given().passwords.app));
    await claim();
    await assert.rejects(claim("other"), /claimed by stack "test" since/);
    await tag("prodcopy:claim:elder", "2001-01-01T00:00:00.000Z");
    await assert.rejects(claim(), /claimed by stack "elder" since 2001/);
    await assert.rejects(given().platform.setEnvironment(change, quiet), /claimed by stack "elder"/);
    await tag("prodcopy:claim:elder", undefined);
    assert.deepEqual((await tags()).keys, ["prodcopy:claim:test"]);
  });

  it("is set in one update, the password by reference, and is healthy on it", async () => {
    const before = await updates();
    const proofs = await given().platform.setEnvironment(change, quiet);
    assert.match(proofs[0]!.evidence, /Ready, health Green/);
    assert.equal(await updates(), before + 1);
    assert.match(
      (await environment.settings(secret)).RDS_PASSWORD ?? "",
      /^arn:aws:secretsmanager:.*:password$/,
    );
    assert.equal((await environment.settings(plain)).RDS_PASSWORD, undefined);
    const state = await given().platform.readEnvironment(environmentName);
    assert.deepEqual(
      [state.status, state.health, state.settings.PRODCOPY_GENERATION],
      ["Ready", "Ok", "0001"],
    );
    await given().platform.setEnvironment(change, quiet);
    assert.equal(await updates(), before + 1, "a second call only proves");
  });

  it("that does not come up is rolled back, and its password is not told", async () => {
    await given().platform.secrets.put(
      "test-0002/application",
      { password: "Pl4nted-wrong-password" },
      label("0002"),
    );
    const wrong = {
      ...change,
      settings: { ...change.settings, PRODCOPY_GENERATION: "0002" },
      secretSettings: { RDS_PASSWORD: "test-0002/application" },
    };
    const lines: string[] = [];
    await assert.rejects(
      given().platform.setEnvironment(wrong, (line) => lines.push(line)),
      (error: Error) => {
        assert.match(error.message, /did not come up .*were put back, and it is healthy on them again/);
        assert.ok(![error.message, ...lines].some((text) => text.includes("Pl4nted-wrong-password")));
        return true;
      },
    );
    assert.equal((await environment.settings(plain)).PRODCOPY_GENERATION, "0001");
    assert.equal(await environment.health(), "Green");
  });

  it("whose update was begun by a run that was killed is taken up", async () => {
    const next = { ...change, settings: { ...change.settings, PRODCOPY_GENERATION: "0003" } };
    const lost = {
      service: "elasticbeanstalk",
      operation: "UpdateEnvironment",
      code: "AccessDenied",
      after: true,
    };
    await given().sandbox.control("faults", lost);
    await assert.rejects(
      given().platform.setEnvironment(next, quiet),
      /lacks the permission elasticbeanstalk:UpdateEnvironment/,
    );
    const before = await updates();
    await given().platform.setEnvironment(next, quiet);
    assert.equal(await updates(), before, "it had been carried out");
    assert.equal((await environment.settings(plain)).PRODCOPY_GENERATION, "0003");
  });

  it("keeps its claim while it shows what the stack set; then only that is put back", async () => {
    await assert.rejects(
      given().platform.releaseClaim(environmentName, "test"),
      /still shows what stack "test" set/,
    );
    await environment.setByHand({ RDS_DB_NAME: "postgres" });
    const proofs = await given().platform.putBack(environmentName, "test", quiet);
    assert.match(proofs[0]!.evidence, /left as somebody else set them: RDS_DB_NAME/);
    const now = await environment.settings(plain);
    assert.equal(now.RDS_PASSWORD, given().passwords.app);
    assert.equal(now.PRODCOPY_GENERATION, undefined);
    assert.equal(now.RDS_DB_NAME, "postgres");
    assert.deepEqual(await environment.settings(secret), {});
    await given().platform.putBack(environmentName, "test", quiet);
    await environment.setByHand({ RDS_DB_NAME: environment.before.RDS_DB_NAME! });
  });

  it("is given up with its record, again and again, and swept", async () => {
    await given().platform.releaseClaim(environmentName, "test");
    await given().platform.releaseClaim(environmentName, "test");
    assert.deepEqual((await tags()).keys, []);
    await claim();
    await given().platform.setEnvironment(change, quiet);
    const swept = await given().platform.sweep("test", quiet);
    assert.ok(swept.includes(`claim on ${environmentName}`), swept.join());
    assert.equal((await environment.settings(plain)).RDS_PASSWORD, given().passwords.app);
    assert.deepEqual((await tags()).keys, []);
    assert.deepEqual(await given().platform.sweep("test", quiet), []);
  });

  it("named as another one than was claimed is refused", async () => {
    await claim();
    const other = { ...change, environmentId: "e-0000000000" };
    await assert.rejects(given().platform.setEnvironment(other, quiet), /is another one now: its id is/);
  });
});
