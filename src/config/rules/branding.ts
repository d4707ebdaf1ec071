/** Rules about the `branding` section: its files exist. What is in them is checked as they are read. */
import { type ConfigIssue, showValue } from '../issue.ts'
import { isNoticeFile } from '../normalize/branding.ts'
import type { Rule, RuleContext } from '../partial-config.ts'

const brandingFilesAreReadable: Rule = ({ branding }, context) => {
  if (!branding) return []
  const { logo, notice } = branding
  return [
    ...(logo === undefined ? [] : readable('logo', logo, context)),
    ...(notice !== undefined && isNoticeFile(notice) ? readable('notice', notice, context) : []),
  ]
}

function readable(key: 'logo' | 'notice', file: string, { isReadable }: RuleContext): readonly ConfigIssue[] {
  return isReadable(file) ? [] : [{ path: ['branding', key], expected: 'a readable file', found: showValue(file) }]
}

export const brandingRules = { brandingFilesAreReadable } as const satisfies Readonly<Record<string, Rule>>
