/** Who may assume a role: one service, and where it says so only for this account's own resources. */
export function assumedBy(service: string, account?: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        // A service acts for whoever asks it: only for resources of this account. Source: IAM guide, "The confused deputy problem".
        ...(account === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
      },
    ],
  });
}

export interface Allow {
  actions: string[];
  resources: string[];
  condition?: object;
}

export function policy(...allowed: Allow[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: allowed.map(({ actions, resources, condition }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(condition === undefined ? {} : { Condition: condition }),
    })),
  });
}
