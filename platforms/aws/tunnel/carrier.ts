import type { Duplex } from "node:stream";

/** A way to one database server behind a bastion: SSM's port forwarding, or SSH. */
export interface Carrier {
  /** What a person reads: "SSM through i-0abc to db.example:5432". */
  readonly name: string;
  /**
   * Opens the way with credentials of this moment; called again after each cut.
   * @throws TunnelRefused when trying again cannot help, any other error when it may.
   */
  open(): Promise<Way>;
}

/** An open way. It ends by itself when it is cut, or by `close`. */
export interface Way {
  /** One more connection to the server. */
  connect(): Promise<Duplex>;
  /** Answers when the way is no longer there, with why; never rejects. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
  /** Lets this process end while the way is open. */
  unref(): void;
}

/** What a person has to change before any other try: a wrong host key, a plugin that is not there, a bastion that nobody knows. */
export class TunnelRefused extends Error {}
