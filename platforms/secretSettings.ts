/** Settings whose values are never shown: those that were given as secrets, and those that look like one. */
export function isSecret(name: string, value: string, secretNames: string[]): boolean {
  const looksSecret = /PASSW|SECRET|TOKEN|CREDENTIAL|PRIVATE|_KEY$/i.test(name);
  return looksSecret || secretNames.includes(name) || /:\/\/[^/\s]*:[^@\s]*@/.test(value);
}
