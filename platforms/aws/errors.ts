/**
 * AWS's errors as ours: what was refused, why, and what a person does next. Nothing of a request's secret values gets in,
 * whatever the service repeats of them.
 */
export class AwsCallError extends Error {
  constructor(
    message: string,
    /** AWS's code without "Fault" or "Exception", e.g. `DBInstanceNotFound`. */
    readonly code: string,
    /** The permission that the call needs, e.g. `rds:ModifyDBInstance`. */
    readonly action: string,
  ) {
    super(message);
    this.name = "AwsCallError";
  }
}

/** Whether a call failed with one of these codes. */
export function isAwsCode(error: unknown, ...codes: string[]): error is AwsCallError {
  return error instanceof AwsCallError && codes.includes(error.code);
}

interface SdkError {
  name?: string;
  message?: string;
  Code?: string;
  code?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number };
}

/** What to do, by code; the first pattern that fits. Sources: the error lists of each service's API reference. */
const advice: [pattern: RegExp, next: string][] = [
  [
    /^(ExpiredToken|RequestExpired|TokenRefreshRequired|ExpiredTokenException)$/,
    "The credentials have expired. Log in anew (`aws sso login`, or a new session of the role) and run it again: it goes on from here.",
  ],
  [
    /^(CredentialsProviderError|TokenProviderError|CouldNotLoadCredentials)$/,
    "No usable credentials were found. Set AWS_PROFILE and log in (`aws sso login`), or run it where a role is attached.",
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClient|AuthFailure|InvalidAccessKeyId|SignatureDoesNotMatch|IncompleteSignature)$/,
    "AWS does not know these credentials. Check AWS_PROFILE and the key; keys that were deleted or are of another partition look so too.",
  ],
  [
    /^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequests|ProvisionedThroughputExceeded)$/,
    "AWS throttled the call, and went on doing so after every retry. Others work in this account at the moment; run it again later: it goes on from here.",
  ],
  [
    /(QuotaExceeded|LimitExceeded|TooManyEnvironments|TooManyConfigurationTemplates)$/,
    "A quota of the account is used up. Remove what nobody needs, or raise the quota in Service Quotas.",
  ],
  [
    /^(InsufficientDBInstanceCapacity|InsufficientDBClusterCapacity|StorageTypeNotAvailable|StorageTypeNotSupported)$/,
    "AWS has no capacity of this instance class or storage in the subnet group's zones now. Configure another class (prodcopy:instanceClass), or try again later.",
  ],
  [
    /^(KMSKeyNotAccessible|KMSInvalidState|KMSAccessDenied|KMSNotFound|KMSDisabled)$/,
    "The KMS key cannot be used from here. It must be enabled and let this role use it (kms:Decrypt, kms:CreateGrant, kms:DescribeKey); " +
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
  [
    /^(TimeoutError|NetworkingError|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/,
    "AWS could not be reached. Check the network and the region, then run it again: it goes on from here.",
  ],
];

const denied =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|InsufficientPrivileges|Client\.UnauthorizedOperation)$/;

/**
 * @param action the permission that the call needs, e.g. `rds:ModifyDBInstance`
 * @param input the request: names in it say what was meant, secret values in it are cut from the text
 */
export function awsError(error: unknown, action: string, input: object): Error {
  if (error instanceof AwsCallError) return error;
  const e = (error ?? {}) as SdkError;
  const code = codeOf(e);
  const target = targetOf(input);
  const what = `${action}${target === "" ? "" : ` on ${target}`}`;
  const said = hide(tidy(e.message ?? ""), input);
  const request = e.$metadata?.requestId === undefined ? "" : ` (request ${e.$metadata.requestId})`;
  if (denied.test(code)) {
    return new AwsCallError(`${what} is denied: ${missing(said, action)}${request}`, code, action);
  }
  const next =
    classNotOffered(said) ??
    advice.find(([pattern]) => pattern.test(code))?.[1] ??
    "Nothing more was changed.";
  return new AwsCallError(`${what} failed with ${code}: ${ended(said)} ${next}${request}`, code, action);
}

/** `DBInstanceNotFoundFault` and `DBInstanceNotFound` are one. */
function codeOf(error: SdkError): string {
  const name = error.name === undefined || error.name === "Error" ? (error.Code ?? error.code) : error.name;
  return (name ?? "unknown error").replace(/(Fault|Exception)$/, "");
}

function missing(said: string, action: string): string {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(said)?.[1] ?? action;
  const explicit = /explicit deny/i.test(said);
  const who = /User: (\S+)/.exec(said)?.[1];
  const holder = who === undefined ? "this role" : who;
  return explicit
    ? `a policy denies ${named} to ${holder} explicitly, as it should for production and for what carries no label of ours. ` +
        "Look which resource is meant; do not lift the deny."
    : `${holder} lacks the permission ${named}. Add it to the runner's policy (docs/aws.md lists all) and run it again: it goes on from here.`;
}

/** RDS says this as InvalidParameterCombination or InvalidParameterValue, for a class that the zones or the engine version do not have. */
function classNotOffered(said: string): string | undefined {
  if (
    !/(does not support|not supported|not available|Cannot find).{0,120}(instance class|DB instance|db\.)/i.test(
      said,
    )
  ) {
    return undefined;
  }
  return (
    "This instance class is not offered for this engine version in the zones of the subnet group. Configure another one (prodcopy:instanceClass); " +
    "`aws rds describe-orderable-db-instance-options --engine postgres` lists them."
  );
}

/** Which things a request names, in words. */
function targetOf(input: object): string {
  const named = Object.entries(input).filter(
    ([key, value]) =>
      /(Identifier|Name|SecretId|ResourceArn|ResourceName|GroupId|InstanceId)$/.test(key) &&
      typeof value === "string",
  );
  return [...new Set(named.slice(0, 2).map(([, value]) => String(value)))].join(", ");
}

/** EC2 appends kilobytes that only another API can read. */
function tidy(message: string): string {
  return message
    .replace(/\s*Encoded authorization failure message: \S+/, "")
    .replace(/\s+/g, " ")
    .trim();
}

function ended(text: string): string {
  return text === "" ? "AWS gave no reason." : /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Elastic Beanstalk repeats the value of an option that it refuses. */
function hide(text: string, input: object): string {
  return secretsIn(input)
    .sort((a, b) => b.length - a.length)
    .reduce((result, secret) => result.replaceAll(secret, "[hidden]"), text);
}

function secretsIn(value: unknown, key = ""): string[] {
  if (typeof value === "string") {
    return /Password|Secret(String|Binary)|^Value$/.test(key) && value.length >= 4
      ? [value, ...fieldsOf(value)]
      : [];
  }
  if (Array.isArray(value)) return value.flatMap((one) => secretsIn(one, key));
  if (typeof value !== "object" || value === null) return [];
  // A tag's value is no secret, and errors that leave tags out are hard to understand.
  return Object.entries(value).flatMap(([name, one]) => (/^Tag/.test(name) ? [] : secretsIn(one, name)));
}

function fieldsOf(json: string): string[] {
  try {
    const parsed: unknown = JSON.parse(json);
    if (typeof parsed !== "object" || parsed === null) return [];
    return Object.values(parsed).filter((one): one is string => typeof one === "string" && one.length >= 4);
  } catch {
    return [];
  }
}
