/** Renders the page on trust policies: prose, and the lint rules from the source. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lintRules } from '../../src/iam/lint.ts'

const ruleLine = ([code, { severity, sentence, hint }]: readonly [string, (typeof lintRules)[string]]): string =>
  `- \`${code}\` (${severity}): ${sentence} ${hint}`

/** docs/trust-policies.md */
export const trustPolicyReference = (): string => {
  const prose = readFileSync(join(import.meta.dirname, 'trust-policies.md'), 'utf8')
  return `${prose}\n${Object.entries(lintRules).map(ruleLine).join('\n')}\n`
}
