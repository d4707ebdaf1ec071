/** How a session secret is shown: its reference, never itself. */
export function secretName(entry: unknown, n: number): string {
  return /^\$\{[^}]+\}$/.test(String(entry)) ? String(entry) : `(secret ${n + 1})`
}
