/**
 * Cuts known secrets, and whatever looks like a password in a URL, from text that leaves a stage. The last line of
 * defence: no code puts a secret into a message on purpose.
 */
export class Redactor {
  private readonly secrets = new Set<string>();

  hide(secret: string): void {
    // Very short values would shred ordinary words and are no secrets of ours.
    if (secret.length < 6) return;
    this.secrets.add(secret);
    this.secrets.add(encodeURIComponent(secret));
    this.secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  apply(text: string): string {
    let clean = text;
    for (const secret of this.secrets) clean = clean.replaceAll(secret, "[redacted]");
    return clean
      .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@]+@/gi, "$1[redacted]@")
      .replace(
        /\b(password|passwd|pwd|secret|token)(\s*[=:]\s*)('[^']*'|"[^"]*"|[^\s,;)]+)/gi,
        "$1$2[redacted]",
      )
      .replace(/SCRAM-SHA-256\$\S+/g, "[redacted]");
  }
}
