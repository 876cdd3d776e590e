/** What to do, by AWS's code; the first pattern that fits. Sources: the error lists of each service's API reference. */
const advice: [pattern: RegExp, next: string | ((action: string, code: string) => string)][] = [
  [
    /^(ExpiredToken|RequestExpired|TokenRefreshRequired)$/,
    "The credentials have expired. Log in anew (`aws sso login`, or a new session of the role) and run it again: it goes on from here.",
  ],
  [
    /^(CredentialsProviderError|TokenProviderError|CouldNotLoadCredentials)$/,
    "No usable credentials were found. Set AWS_PROFILE and log in (`aws sso login`), or run it where a role is attached.",
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature|OptInRequired)$/,
    "AWS does not know these credentials in this region. Check AWS_PROFILE, the key, and that the region is enabled for the account; " +
      "keys that were deleted or are of another partition look so too.",
  ],
  [/QuotaExceeded$|LimitExceeded$|^TooMany(Environments|ConfigurationTemplates)$/, (_, code) => quota(code)],
  [
    /^(InsufficientDBInstanceCapacity|InsufficientDBClusterCapacity|StorageTypeNotAvailable|StorageTypeNotSupported)$/,
    (action) =>
      "AWS has no capacity of this instance class or storage in the subnet group's zones now. " +
      `Configure another class (${classSetting(action)}), or try again later: it goes on from here.`,
  ],
  [
    /^(KMSKeyNotAccessible|KMSInvalidState|KMSAccessDenied|KMSNotFound|KMSDisabled|Disabled|DecryptionFailure|EncryptionFailure)$/,
    "The KMS key cannot be used from here. It must be enabled (`aws kms enable-key`; one that waits for its deletion first needs `aws kms cancel-key-deletion`) " +
      "and let this role use it (kms:Decrypt, kms:CreateGrant, kms:DescribeKey); " +
      "a snapshot of another account needs its key shared with this one, and one under the AWS managed key aws/rds can never be shared.",
  ],
  [
    /^(InvalidDBSnapshotState|InvalidDBClusterSnapshotState)$/,
    "The snapshot is still being made, copied or deleted. Wait until it is available, or name another one (prodcopy:snapshot).",
  ],
  [
    /^(DBSnapshotNotFound|DBClusterSnapshotNotFound)$/,
    "There is no such snapshot here. It was deleted, has another name, or is not shared with this account; a shared one is named by its ARN. Correct prodcopy:snapshot, or run `prodcopy refresh`.",
  ],
  [
    /^(InvalidDBInstanceState|InvalidDBClusterState)$/,
    "The database is in the middle of something else. Wait until it is available and run it again.",
  ],
  [
    /^(OperationInProgress|InvalidRequest\.OperationInProgress)$/,
    "The environment is in the middle of another update. Wait until it is Ready and run it again.",
  ],
];

const throttled =
  /^(Throttling|ThrottlingException|Throttled|RequestLimitExceeded|RequestThrottled|TooManyRequests|ProvisionedThroughputExceeded|SlowDown)$/;
const unreachable =
  /^(TimeoutError|NetworkingError|ENOTFOUND|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN)$/;
const ownFault =
  /^(InternalFailure|InternalError|InternalServiceError|InternalServerError|ServiceUnavailable|Unavailable)$/;

/** Whether the same call may succeed in a moment. */
export function isTransientCode(code: string): boolean {
  return [throttled, unreachable, ownFault].some((pattern) => pattern.test(code));
}

/** What a person does next. @param said AWS's own words, which tell some cases apart */
export function adviceFor(code: string, said: string, action: string): string {
  if (throttled.test(code)) {
    return "AWS throttled the call, and went on doing so after every retry. Others work in this account at the moment; run it again later: it goes on from here.";
  }
  if (unreachable.test(code)) {
    return "AWS could not be reached. Check the network and the region, then run it again: it goes on from here.";
  }
  if (ownFault.test(code)) {
    return "It is an error of AWS's own, and stayed after every retry. Whether the call was carried out is not known; run it again later: it takes up what is there.";
  }
  if (isClassNotOffered(said)) {
    return (
      "This instance class is not offered for this engine version in the zones of the subnet group. " +
      `Configure another one (${classSetting(action)}); \`aws rds describe-orderable-db-instance-options --engine postgres\` lists them.`
    );
  }
  const found = advice.find(([pattern]) => pattern.test(code))?.[1];
  return (typeof found === "function" ? found(action, code) : found) ?? "Nothing more was changed.";
}

/** RDS says this as InvalidParameterCombination or InvalidParameterValue, for a class that the zones or the engine version do not have. */
function isClassNotOffered(said: string): boolean {
  const offered =
    /(does not support|not supported|not available|Cannot find).{0,120}(instance class|DB instance|db\.)/i;
  return offered.test(said);
}

/** A copy is born with one class and opened with another. */
function classSetting(action: string): string {
  return action === "rds:ModifyDBInstance" ? "prodcopy:workingClass" : "prodcopy:instanceClass";
}

/** What there are too many of. Source: "Quotas and constraints for Amazon RDS", and the services' own lists. */
const quotas: Record<string, string> = {
  InstanceQuotaExceeded: "database instances",
  StorageQuotaExceeded: "storage of all database instances together",
  SnapshotQuotaExceeded: "manual snapshots of databases",
  DBClusterQuotaExceeded: "Aurora clusters",
  DBClusterSnapshotQuotaExceeded: "manual snapshots of clusters",
  DBParameterGroupQuotaExceeded: "parameter groups",
  SecurityGroupLimitExceeded: "security groups of the network",
  RulesPerSecurityGroupLimitExceeded: "rules in one security group",
};

function quota(code: string): string {
  return (
    `The account's quota is used up${quotas[code] === undefined ? "" : `: ${quotas[code]}`}. Remove what nobody needs (\`prodcopy status\` names copies), ` +
    "or raise the quota in Service Quotas; then run it again: it goes on from here. What it has made so far carries the stack's label, and `pulumi destroy` removes it."
  );
}
