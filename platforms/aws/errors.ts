import { adviceFor, isTransientCode } from "./advice";

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
    /** Whether the same call may succeed in a moment: AWS throttled it, could not be reached, or had an error of its own. */
    readonly transient = false,
  ) {
    super(message);
    this.name = "AwsCallError";
  }
}

/** Whether a call failed with one of these codes. */
export function isAwsCode(error: unknown, ...codes: string[]): error is AwsCallError {
  return error instanceof AwsCallError && codes.includes(error.code);
}

/**
 * For `catch`: passes over these codes. A call whose answer was lost is made again by the SDK, and is then told that the thing is there already, or gone:
 * whether it is ours is looked at afterwards.
 */
export function unless(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isAwsCode(error, ...codes)) throw error;
    return undefined;
  };
}

/** Whether the same call may succeed in a moment. */
export function isTransient(error: unknown): error is AwsCallError {
  return error instanceof AwsCallError && error.transient;
}

interface SdkError {
  name?: string;
  message?: string;
  Code?: string;
  code?: string;
  $metadata?: { requestId?: string; httpStatusCode?: number };
}

const denied =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|InsufficientPrivileges|Client\.UnauthorizedOperation)$/;

/** Permissions that are not called as their operation is. Source: Service Authorization Reference. */
const permissions: Record<string, string> = {
  "elasticbeanstalk:UpdateTagsForResource": "elasticbeanstalk:AddTags and elasticbeanstalk:RemoveTags",
};

/**
 * @param action the service's prefix in permissions and the operation, e.g. `rds:ModifyDBInstance`
 * @param input the request: names in it say what was meant, secret values in it are cut from the text
 * @param caller the ARN that the credentials are of, where it is known
 */
export function awsError(error: unknown, action: string, input: object, caller?: string): Error {
  if (error instanceof AwsCallError) return error;
  const e = (error ?? {}) as SdkError;
  const code = codeOf(e);
  const target = targetOf(input);
  const what = `${action}${target === "" ? "" : ` on ${target}`}`;
  const said = hide(tidy(e.message ?? ""), input);
  const request = e.$metadata?.requestId === undefined ? "" : ` (request ${e.$metadata.requestId})`;
  if (denied.test(code)) {
    return new AwsCallError(`${what} is denied: ${missing(said, action, caller)}${request}`, code, action);
  }
  const transient = isTransientCode(code) || (e.$metadata?.httpStatusCode ?? 0) >= 500;
  return new AwsCallError(
    `${what} failed with ${code}: ${ended(said)} ${adviceFor(code, said, action)}${request}`,
    code,
    action,
    transient,
  );
}

/** `DBInstanceNotFoundFault` and `DBInstanceNotFound` are one. */
function codeOf(error: SdkError): string {
  const name = error.name === undefined || error.name === "Error" ? (error.Code ?? error.code) : error.name;
  return (name ?? "unknown error").replace(/(Fault|Exception)$/, "");
}

/** Who lacks what on which thing, as far as AWS says it, and whose policy it is. Source: "Troubleshoot access denied error messages", IAM User Guide. */
function missing(said: string, action: string, caller: string | undefined): string {
  const named = /not authorized to perform: ([\w-]+:\w+)/.exec(said)?.[1] ?? permissions[action] ?? action;
  const resource = /on resource: (\S+?)[.,;]?(?=\s|$)/.exec(said)?.[1];
  const on = resource === undefined || resource === "*" ? "" : ` on ${resource}`;
  const who = /User: (\S+)/.exec(said)?.[1] ?? caller ?? "this role";
  if (/explicit deny/i.test(said)) {
    const kind = /explicit deny in an? ((?!identity-based)[a-z -]+? (?:policy|boundary))/i.exec(said)?.[1];
    return kind === undefined
      ? `a policy denies ${named}${on} to ${who} explicitly, as it should for production and for what carries no label of ours. ` +
          "Look which resource is meant; do not lift the deny."
      : `${named}${on} is denied to ${who} explicitly by a ${kind}. Ask whoever keeps it, then run it again: it goes on from here.`;
  }
  const other = /because no ((?!identity-based)[a-z -]+?) allows/i.exec(said)?.[1];
  return (
    `${who} lacks the permission ${named}${on}. ` +
    (other === undefined
      ? "Add it to the runner's policy (docs/aws.md lists all)"
      : `Its own policy is not enough: no ${other} allows it; ask whoever keeps that one`) +
    " and run it again: it goes on from here."
  );
}

/** Which things a request names, in words. */
function targetOf(input: object): string {
  const named = Object.entries(input).filter(
    ([key, value]) =>
      /(Identifier|Name|SecretId|ResourceArn|ResourceName|GroupId|InstanceId|KmsKeyId)$/.test(key) &&
      typeof value === "string",
  );
  return [...new Set(named.slice(0, 3).map(([, value]) => String(value)))].join(", ");
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
