const installer = "https://get.pulumi.com/install.sh";
/** Where the network is closed without saying so, a connection hangs instead of failing. */
const probeTimeoutMs = 8_000;

/** The official release of the SDK's own version into `<folder>/bin`, by the SDK's installer. @throws when it is out of reach. */
export async function downloadPulumi(folder: string): Promise<void> {
  await probe();
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  await PulumiCommand.install({ root: folder });
}

async function probe(): Promise<void> {
  try {
    const answer = await fetch(installer, { method: "HEAD", signal: AbortSignal.timeout(probeTimeoutMs) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    throw new Error(`${new URL(installer).host}: ${cause?.code ?? (error as Error).message}`, {
      cause: error,
    });
  }
}
