import * as assert from "node:assert/strict";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { S3 } from "@aws-sdk/client-s3";
import { makeUser, setUserPolicy } from "../support/identities";
import { clientSettings, useSandbox } from "../support/sandbox";
import { askJson } from "../support/tasks";

describe("sandbox: S3", function () {
  this.timeout(60_000);
  const sandbox = useSandbox();
  const clients: { destroy(): void }[] = [];
  let s3: S3;
  let user: S3;
  const connect = (credentials?: { accessKeyId: string; secretAccessKey: string }): S3 => {
    const client = new S3({ ...clientSettings(sandbox(), credentials), forcePathStyle: true });
    clients.push(client);
    return client;
  };
  const make = async (Bucket: string, locked = false) => {
    await s3.createBucket({ Bucket, ObjectLockEnabledForBucket: locked });
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
  };
  const put = async (Bucket: string, Key: string, Body: string) =>
    (await s3.putObject({ Bucket, Key, Body })).VersionId ?? "";
  const read = async (client: S3, Bucket: string, Key: string, VersionId?: string) =>
    (await client.getObject({ Bucket, Key, VersionId })).Body?.transformToString();
  const denied = { name: "AccessDenied" };

  before(async () => {
    s3 = connect();
    user = connect(await makeUser(sandbox(), "uploader"));
  });

  after(() => {
    for (const client of clients) client.destroy();
  });

  it("keeps every version, and shuts and encrypts a new bucket by itself", async () => {
    await make("plain");
    const first = await put("plain", "a/b.txt", "first");
    await put("plain", "a/b.txt", "second");
    assert.equal(await read(s3, "plain", "a/b.txt"), "second");
    assert.equal(await read(s3, "plain", "a/b.txt", first), "first");
    await s3.deleteObject({ Bucket: "plain", Key: "a/b.txt" });
    await assert.rejects(read(s3, "plain", "a/b.txt"), { name: "NoSuchKey" });
    const { Versions, DeleteMarkers } = await s3.listObjectVersions({ Bucket: "plain" });
    assert.deepEqual([Versions?.length, DeleteMarkers?.length], [2, 1]);
    await assert.rejects(s3.deleteBucket({ Bucket: "plain" }), { name: "BucketNotEmpty" });
    const { ServerSideEncryptionConfiguration } = await s3.getBucketEncryption({ Bucket: "plain" });
    const [rule] = ServerSideEncryptionConfiguration?.Rules ?? [];
    assert.equal(rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, "AES256");
    const { PublicAccessBlockConfiguration } = await s3.getPublicAccessBlock({ Bucket: "plain" });
    assert.deepEqual(new Set(Object.values(PublicAccessBlockConfiguration ?? {})), new Set([true]));
  });

  it("holds what is locked in governance mode but for whoever may bypass it", async () => {
    await make("seeds", true);
    const DefaultRetention = { Mode: "GOVERNANCE" as const, Days: 30 };
    await put("seeds", "early", "there before the rule");
    await s3.putObjectLockConfiguration({
      Bucket: "seeds",
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } },
    });
    const VersionId = await put("seeds", "seed", "kept");
    const which = { Bucket: "seeds", Key: "seed", VersionId };
    await s3.deleteObject({ Bucket: "seeds", Key: "seed" });
    assert.equal(await read(s3, "seeds", "seed", VersionId), "kept");
    await assert.rejects(s3.deleteObject(which), denied);
    const { Errors } = await s3.deleteObjects({
      Bucket: "seeds",
      Delete: { Objects: [{ Key: "seed", VersionId }] },
    });
    assert.deepEqual(
      Errors?.map(({ Code }) => Code),
      ["AccessDenied"],
    );
    await assert.rejects(
      s3.putBucketVersioning({ Bucket: "seeds", VersioningConfiguration: { Status: "Suspended" } }),
      { name: "InvalidBucketState" },
    );
    const retain = (client: S3, days: number, bypass = false) =>
      client.putObjectRetention({
        ...which,
        Retention: { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + days * 86_400_000) },
        BypassGovernanceRetention: bypass,
      });
    await retain(s3, 60);
    await assert.rejects(retain(s3, 1), denied);
    const everything = { Effect: "Allow", Action: "s3:*", Resource: "*" };
    const bypass = { Effect: "Deny", Action: "s3:BypassGovernanceRetention", Resource: "*" };
    await setUserPolicy(sandbox(), "uploader", [everything, bypass]);
    for (const asked of [
      retain(user, 1, true),
      user.deleteObject({ ...which, BypassGovernanceRetention: true }),
    ]) {
      await assert.rejects(asked, /s3:BypassGovernanceRetention on resource: arn:aws:s3:::seeds\/seed/);
    }
    await retain(s3, 1, true);
    await s3.deleteObject({ ...which, BypassGovernanceRetention: true });
    await assert.rejects(read(s3, "seeds", "seed", VersionId), { name: "NoSuchVersion" });
  });

  it("lets nobody loosen compliance mode", async () => {
    await make("records", true);
    const VersionId = await put("records", "record", "kept");
    const which = { Bucket: "records", Key: "record", VersionId };
    const until = (days: number) => new Date(Date.now() + days * 86_400_000);
    const Retention = { Mode: "COMPLIANCE" as const, RetainUntilDate: until(10) };
    await s3.putObjectRetention({ ...which, Retention });
    await assert.rejects(s3.deleteObject({ ...which, BypassGovernanceRetention: true }), denied);
    const looser = { ...which, BypassGovernanceRetention: true };
    await assert.rejects(
      s3.putObjectRetention({ ...looser, Retention: { ...Retention, Mode: "GOVERNANCE" } }),
      denied,
    );
    await assert.rejects(
      s3.putObjectRetention({ ...looser, Retention: { ...Retention, RetainUntilDate: until(5) } }),
      denied,
    );
  });

  it("denies what a bucket's policy denies: calls without TLS, objects without the key", async () => {
    await make("guarded");
    const resources = ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"];
    const statement = { Sid: "one", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: resources };
    const policy = (...Statement: object[]) =>
      s3.putBucketPolicy({ Bucket: "guarded", Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    await policy(
      { ...statement, Condition: { Bool: { "aws:SecureTransport": "false" } } },
      { ...statement, Condition: { NumericLessThan: { "s3:TlsVersion": 1.2 } } },
      {
        ...statement,
        Action: "s3:PutObject",
        Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
      },
    );
    await assert.rejects(put("guarded", "a", "b"), denied);
    const ServerSideEncryption = "aws:kms";
    await s3.putObject({ Bucket: "guarded", Key: "a", Body: "b", ServerSideEncryption });
    await sandbox().control("network", { plain: true });
    await assert.rejects(read(s3, "guarded", "a"), denied);
    await sandbox().control("network", { plain: false });
    assert.equal(await read(s3, "guarded", "a"), "b");
    const open = { ...statement, Effect: "Allow", Action: "s3:GetObject" };
    await assert.rejects(policy(open), /public policies are blocked/);
    await policy({ ...open, Principal: { AWS: "arn:aws:iam::123456789012:root" } });
  });

  it("lets a user into those objects alone that his policy names", async () => {
    await make("shared");
    await put("shared", "seeds/1.sql", "one");
    await put("shared", "imports/1.xlsx", "two");
    await setUserPolicy(sandbox(), "uploader", [
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::shared/seeds/*" },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::shared" },
    ]);
    assert.equal(await read(user, "shared", "seeds/1.sql"), "one");
    assert.equal((await user.headObject({ Bucket: "shared", Key: "seeds/1.sql" })).ContentLength, 3);
    assert.equal((await user.listObjectsV2({ Bucket: "shared" })).KeyCount, 2);
    const name = /s3:GetObject on resource: arn:aws:s3:::shared\/imports\/1\.xlsx/;
    await assert.rejects(read(user, "shared", "imports/1.xlsx"), name);
    await assert.rejects(
      user.putObject({ Bucket: "shared", Key: "seeds/2.sql", Body: "x" }),
      /s3:PutObject on/,
    );
    await assert.rejects(user.listBuckets({}), /s3:ListAllMyBuckets/);
  });

  it("tells EventBridge of new objects, in one piece and in parts", async () => {
    await make("imports");
    const QueueName = "created";
    const { QueueUrl } = await askJson(sandbox(), "sqs", "AmazonSQS.CreateQueue", { QueueName });
    const events = new EventBridgeClient(clientSettings(sandbox()));
    clients.push(events);
    const pattern = {
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: ["imports"] }, object: { key: [{ suffix: ".xlsx" }] } },
    };
    await events.send(new PutRuleCommand({ Name: "created", EventPattern: JSON.stringify(pattern) }));
    const Arn = `arn:aws:sqs:eu-west-1:123456789012:${QueueName}`;
    await events.send(new PutTargetsCommand({ Rule: "created", Targets: [{ Id: "queue", Arn }] }));
    await put("imports", "unheard.xlsx", "before the bucket tells");
    await s3.putBucketNotificationConfiguration({
      Bucket: "imports",
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    const { EventBridgeConfiguration } = await s3.getBucketNotificationConfiguration({ Bucket: "imports" });
    assert.deepEqual(EventBridgeConfiguration, {});
    await put("imports", "notes.txt", "of no interest");
    const version = await put("imports", "a b/prices.xlsx", "a whole workbook");
    const upload = { Bucket: "imports", Key: "large.xlsx" };
    const { UploadId } = await s3.createMultipartUpload(upload);
    const { ETag } = await s3.uploadPart({ ...upload, UploadId, PartNumber: 1, Body: "a part" });
    await s3.completeMultipartUpload({
      ...upload,
      UploadId,
      MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
    });
    const heard: { object: { key: string; "version-id": string }; reason: string }[] = [];
    while (heard.length < 2) {
      const { Messages = [] } = (await askJson(sandbox(), "sqs", "AmazonSQS.ReceiveMessage", {
        QueueUrl,
        MaxNumberOfMessages: 10,
      })) as { Messages?: { Body: string }[] };
      heard.push(...Messages.map(({ Body }) => (JSON.parse(Body) as { detail: (typeof heard)[0] }).detail));
    }
    assert.deepEqual(heard.map(({ object, reason }) => [object.key, reason]).sort(), [
      ["a b/prices.xlsx", "PutObject"],
      ["large.xlsx", "CompleteMultipartUpload"],
    ]);
    assert.equal(heard.find(({ reason }) => reason === "PutObject")?.object["version-id"], version);
  });

  it("keeps tags and lifecycle, and no object's contents in its log", async () => {
    await make("kept");
    const Body = JSON.stringify({ Action: "DeleteBucket", note: "needle-in-an-object" });
    await s3.putObject({ Bucket: "kept", Key: "k", Body, Tagging: "av-status=clean" });
    const { TagSet } = await s3.getObjectTagging({ Bucket: "kept", Key: "k" });
    assert.deepEqual(TagSet, [{ Key: "av-status", Value: "clean" }]);
    const Rules = [
      {
        ID: "old",
        Status: "Enabled" as const,
        Filter: { Prefix: "" },
        NoncurrentVersionExpiration: { NoncurrentDays: 90 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ];
    await s3.putBucketLifecycleConfiguration({ Bucket: "kept", LifecycleConfiguration: { Rules } });
    assert.deepEqual((await s3.getBucketLifecycleConfiguration({ Bucket: "kept" })).Rules, Rules);
    const log = await sandbox().control<{ operation: string; parameters: Record<string, string> }[]>("log");
    assert.ok(!JSON.stringify(log).includes("needle-in-an-object"));
    const put = log.find((each) => each.operation === "PutObject" && each.parameters.Bucket === "kept");
    assert.equal(put?.parameters.Key, "k");
    await assert.rejects(s3.getBucketAnalyticsConfiguration({ Bucket: "kept", Id: "x" }), /table\.md/);
  });
});
