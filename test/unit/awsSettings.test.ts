import assert from "node:assert/strict";
import { databaseTls } from "../../platforms/aws/authorities";
import { parseAwsSettings } from "../../platforms/aws/settings";
import { labelOf, tagsOf } from "../../platforms/aws/tags";
import { X509Certificate } from "node:crypto";

const right = {
  region: "ap-southeast-2",
  accounts: ["123456789012"],
  subnetGroup: "private",
  runner: "sg-0a1b2c3d4e5f60718",
  applicationGroup: "sg-0a1b2c3d",
};

describe("settings of the platform aws", () => {
  it("are taken with their defaults", () => {
    const settings = parseAwsSettings(right);
    assert.equal(settings.passwordAs, "reference");
    assert.equal(settings.backupDays, 1);
    assert.deepEqual(settings.forbiddenHosts, []);
  });

  it("are refused with every fault together", () => {
    const wrong = {
      ...right,
      region: "here",
      accounts: [],
      runner: "0.0.0.0",
      backupDays: 90,
      password: "x",
    };
    assert.throws(
      () => parseAwsSettings({ ...wrong, subnetGroup: undefined }),
      (error: Error) => {
        assert.match(error.message, /have 6 faults; nothing was changed/);
        assert.match(error.message, /region is "here": it is no region/);
        assert.match(error.message, /accounts is \[\]: it names no account/);
        assert.match(error.message, /runner is "0\.0\.0\.0": it is neither/);
        assert.match(error.message, /subnetGroup: not set/);
        assert.match(error.message, /backupDays is 90/);
        assert.match(error.message, /password: no setting of this platform/);
        return true;
      },
    );
  });
});

describe("labels as tags", () => {
  const label = {
    stack: "test",
    generation: "3fa9c1d2",
    owner: "team@example.org",
    expiresAt: "2030-01-01T00:00:00.000Z",
  };

  it("come back as they went", () => assert.deepEqual(labelOf(tagsOf(label, { purpose: "copy" })), label));

  it("hold only what RDS takes, and no empty value", () => {
    const tags = tagsOf({ ...label, owner: "a,b;c", expiresAt: "" });
    assert.deepEqual(
      tags.map(({ Value }) => Value),
      ["test", "3fa9c1d2", "a_b_c"],
    );
  });

  it("are none where there is no stack", () =>
    assert.equal(labelOf([{ Key: "Name", Value: "x" }]), undefined));
});

describe("authorities of databases", () => {
  it("are the region's own, and every name is verified", () => {
    const { mode, authorities = "" } = databaseTls({ region: "ap-southeast-2", rootCertificate: undefined });
    assert.equal(mode, "verify-full");
    const subjects = authorities
      .split(/(?=-----BEGIN)/)
      .filter((pem) => pem.includes("BEGIN"))
      .map((pem) => new X509Certificate(pem).subject);
    assert.ok(subjects.length >= 3);
    for (const subject of subjects) assert.match(subject, /ap-southeast-2/);
  });

  it("are asked for where none is known, and a file that is no certificate is refused", () => {
    assert.throws(
      () => databaseTls({ region: "xx-nowhere-1", rootCertificate: undefined }),
      /Download the region's bundle/,
    );
    assert.throws(
      () => databaseTls({ region: "ap-southeast-2", rootCertificate: __filename }),
      /cannot be read \(no certificate in PEM form\)/,
    );
  });
});
