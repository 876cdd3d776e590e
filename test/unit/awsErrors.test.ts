import assert from "node:assert/strict";
import { awsError, isAwsCode } from "../../platforms/aws/errors";

const said = (error: object, action = "rds:RestoreDBInstanceFromDBSnapshot", input: object = {}) =>
  awsError(error, action, { DBInstanceIdentifier: "test-3fa9", ...input }).message;

describe("AWS's errors", () => {
  it("say which permission is missing, on what, and where to add it", () => {
    const message =
      "User: arn:aws:sts::123456789012:assumed-role/runner/me is not authorized to perform: rds:AddTagsToResource on resource: arn:aws:rds:x because no identity-based policy allows it";
    assert.match(
      said({ name: "AccessDenied", message }),
      /^rds:RestoreDBInstanceFromDBSnapshot on test-3fa9 is denied: arn:aws:sts::123456789012:assumed-role\/runner\/me lacks the permission rds:AddTagsToResource on arn:aws:rds:x\. Add it/,
    );
    const ec2 =
      "You are not authorized to perform this operation. Encoded authorization failure message: AAAA_bbbb";
    const text = said({ name: "UnauthorizedOperation", message: ec2 }, "ec2:CreateSecurityGroup");
    assert.match(text, /lacks the permission ec2:CreateSecurityGroup/);
    assert.doesNotMatch(text, /AAAA_bbbb/);
  });

  it("tell an explicit deny from a missing permission", () => {
    const message =
      "User: x is not authorized to perform: rds:DeleteDBInstance with an explicit deny in an identity-based policy";
    assert.match(
      said({ name: "AccessDenied", message }),
      /denies rds:DeleteDBInstance to x explicitly, .*do not lift the deny/,
    );
  });

  const cases: [name: string, message: string, next: RegExp][] = [
    ["ExpiredTokenException", "The security token included in the request is expired", /Log in anew/],
    ["CredentialsProviderError", "Could not load credentials from any providers", /Set AWS_PROFILE/],
    [
      "InvalidClientTokenId",
      "The security token included in the request is invalid.",
      /does not know these credentials/,
    ],
    ["Throttling", "Rate exceeded", /went on doing so after every retry/],
    ["InstanceQuotaExceededFault", "Quota", /raise the quota in Service Quotas/],
    ["StorageQuotaExceededFault", "Quota", /raise the quota/],
    ["InsufficientDBInstanceCapacityFault", "no", /no capacity of this instance class/],
    ["KMSKeyNotAccessibleFault", "no", /under the AWS managed key aws\/rds can never be shared/],
    [
      "InvalidDBSnapshotStateFault",
      "The snapshot is in creating state",
      /still being made, copied or deleted/,
    ],
    [
      "DBSnapshotNotFoundFault",
      "DBSnapshot not found: x",
      /not shared with this account; a shared one is named by its ARN/,
    ],
    ["InvalidDBInstanceStateFault", "not available", /Wait until it is available/],
    ["OperationInProgressException", "busy", /Wait until it is Ready/],
    [
      "InvalidParameterCombination",
      "RDS does not support creating a DB instance with the following combination: DBInstanceClass=db.t2.micro",
      /not offered for this engine version in the zones/,
    ],
    ["TimeoutError", "socket hang up", /AWS could not be reached/],
  ];
  for (const [name, message, next] of cases) {
    it(`of ${name} say what to do next`, () => assert.match(said({ name, message }), next));
  }

  it("are known by their code, with and without Fault", () => {
    const error = awsError({ name: "DBInstanceNotFoundFault", message: "no" }, "rds:DescribeDBInstances", {});
    assert.ok(isAwsCode(error, "DBInstanceNotFound"));
    assert.ok(!isAwsCode(new Error("DBInstanceNotFound"), "DBInstanceNotFound"));
  });

  it("hold no secret of the request, whatever AWS repeats", () => {
    const password = "Pl4nted-s3cret";
    const cases: object[] = [
      { MasterUserPassword: password },
      { SecretString: JSON.stringify({ username: "a", password }) },
      { OptionSettings: [{ Namespace: "n", OptionName: "RDS_PASSWORD", Value: password }] },
    ];
    for (const input of cases) {
      const message = said(
        { name: "ConfigurationValidationException", message: `Invalid value ${password}.` },
        "x:Y",
        input,
      );
      assert.doesNotMatch(message, new RegExp(password));
      assert.match(message, /Invalid value \[hidden\]\./);
    }
  });

  it("keep the words of a tag", () => {
    const message = said({ name: "InvalidParameterValue", message: "Bad tag team" }, "x:Y", {
      Tags: [{ Key: "k", Value: "team" }],
    });
    assert.match(message, /Bad tag team/);
  });
});
