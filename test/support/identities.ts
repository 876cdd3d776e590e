import type { Sandbox } from "../../scripts/sandbox/sandbox";
import { askService } from "./sandbox";

type Iam = (parameters: Record<string, string>) => Promise<string>;

const iamOf =
  (sandbox: Sandbox): Iam =>
  (parameters) =>
    askService(sandbox, "iam", "2010-05-08", parameters);

const document = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** A new IAM user without any policy. @returns a key of his. */
export async function makeUser(
  sandbox: Sandbox,
  UserName: string,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const iam = iamOf(sandbox);
  await iam({ Action: "CreateUser", UserName });
  const key = await iam({ Action: "CreateAccessKey", UserName });
  const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`).exec(key)?.[1] ?? "";
  return { accessKeyId: field("AccessKeyId"), secretAccessKey: field("SecretAccessKey") };
}

/** The one policy of a user, in the place of the one before. */
export async function setUserPolicy(sandbox: Sandbox, UserName: string, statements: object[]): Promise<void> {
  const PolicyDocument = document(statements);
  await iamOf(sandbox)({ Action: "PutUserPolicy", UserName, PolicyName: "only", PolicyDocument });
}

/**
 * A new role with these statements as its one policy.
 * @param principal who may act in it, e.g. `{ Service: "ecs-tasks.amazonaws.com" }`
 * @returns its ARN.
 */
export async function makeRole(
  sandbox: Sandbox,
  RoleName: string,
  principal: Record<string, string>,
  statements: object[],
): Promise<string> {
  const iam = iamOf(sandbox);
  const trust = document([{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }]);
  await iam({ Action: "CreateRole", RoleName, AssumeRolePolicyDocument: trust });
  if (statements.length > 0) await setRolePolicy(sandbox, RoleName, statements);
  return `arn:aws:iam::123456789012:role/${RoleName}`;
}

/** The one policy of a role, in the place of the one before; none at all without statements. */
export async function setRolePolicy(sandbox: Sandbox, RoleName: string, statements: object[]): Promise<void> {
  const named = { RoleName, PolicyName: "only" };
  if (statements.length > 0) {
    await iamOf(sandbox)({ Action: "PutRolePolicy", ...named, PolicyDocument: document(statements) });
  } else {
    await iamOf(sandbox)({ Action: "DeleteRolePolicy", ...named });
  }
}
