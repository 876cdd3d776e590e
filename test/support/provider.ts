import { spawn, type ChildProcess } from "node:child_process";
import * as path from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import type * as empty from "google-protobuf/google/protobuf/empty_pb";
import * as struct from "google-protobuf/google/protobuf/struct_pb";
import { serializeFunction } from "@pulumi/pulumi/runtime/closure/serializeClosure";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import { stageProvider } from "../../components/stages/provider";

type Bag = Record<string, unknown>;

export interface Checked {
  inputs: Bag;
  failures: { property: string; reason: string }[];
}

export interface Difference {
  changes: "none" | "some" | "unknown";
  replaces: string[];
  deleteBeforeReplace: boolean;
}

/**
 * The real program that runs dynamic providers, spoken to as the engine does: over gRPC, with the provider serialised as it
 * stands in a state, in the folder of Pulumi.yaml.
 */
export class Provider {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: services.ResourceProviderClient,
    private readonly code: string,
    private readonly printed: string[],
  ) {}

  static async start(environment: Record<string, string>): Promise<Provider> {
    const checkout = path.resolve(__dirname, "../..");
    const program = path.join(checkout, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
    const child = spawn(process.execPath, [program, "127.0.0.1:1"], {
      cwd: checkout,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed: string[] = [];
    const lines = createInterface(child.stdout);
    child.stderr.on("data", (chunk: Buffer) => printed.push(chunk.toString()));
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", () => reject(new Error(`the provider ended: ${printed.join("")}`)));
    });
    lines.on("line", (line) => printed.push(`${line}\n`));
    const client = new services.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    const { text } = await serializeFunction(() => stageProvider, { allowSecrets: true });
    return new Provider(child, client, text, printed);
  }

  /** Everything that it printed so far: the engine shows it to people. */
  get output(): string {
    return this.printed.join("");
  }

  async check(olds: Bag, news: Bag): Promise<Checked> {
    const request = new messages.CheckRequest();
    request.setOlds(this.bag(olds));
    request.setNews(this.bag(news));
    const response = await answer<messages.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList();
    return {
      inputs: plain(response.getInputs()),
      failures: failures.map((one) => ({ property: one.getProperty(), reason: one.getReason() })),
    };
  }

  async diff(olds: Bag, news: Bag): Promise<Difference> {
    const request = new messages.DiffRequest();
    request.setId("id");
    request.setOlds(this.bag(olds));
    request.setNews(this.bag(news));
    const response = await answer<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      changes: (["unknown", "none", "some"] as const)[response.getChanges()],
      replaces: response.getReplacesList().sort(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(inputs: Bag): Promise<{ id: string; outs: Bag }> {
    const request = new messages.CreateRequest();
    request.setProperties(this.bag(inputs));
    const response = await answer<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), outs: plain(response.getProperties()) };
  }

  async update(id: string, olds: Bag, news: Bag): Promise<Bag> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(this.bag(olds));
    request.setNews(this.bag(news));
    const response = await answer<messages.UpdateResponse>((done) => this.client.update(request, done));
    return plain(response.getProperties());
  }

  async read(id: string, outs: Bag): Promise<{ id: string; outs: Bag }> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(this.bag(outs));
    const response = await answer<messages.ReadResponse>((done) => this.client.read(request, done));
    return { id: response.getId(), outs: plain(response.getProperties()) };
  }

  async remove(id: string, outs: Bag): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(this.bag(outs));
    await answer<empty.Empty>((done) => this.client.delete(request, done));
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill();
    await ended;
  }

  private bag(values: Bag): struct.Struct {
    return struct.Struct.fromJavaScript({ ...values, __provider: this.code });
  }
}

function answer<R>(call: (done: (error: Error | null, response: R) => void) => unknown): Promise<R> {
  return new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

/** What would stand in the state, without the provider's code. */
function plain(bag: struct.Struct | undefined): Bag {
  const { __provider: _code, ...values } = (bag?.toJavaScript() ?? {}) as Bag;
  return values;
}
