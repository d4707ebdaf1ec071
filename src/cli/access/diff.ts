/** What has changed since an earlier report. Pure. */
import { isObject } from '../../core/json.ts'
import { AccessReportError } from './errors.ts'
import type { AccessReport, Changes, Finding, Grant } from './report.ts'

/** `before`: the text of a report in JSON. Throws AccessReportError `access.report_unreadable`. */
export function changesSince(before: string, file: string, { grants, findings }: AccessReport): Changes {
  const earlier = reportIn(before, file)
  const [grantKeys, findingKeys] = [new Set(grants.map(grantKey)), new Set(findings.map(findingKey))]
  const [earlierGrants, earlierFindings] = [
    new Set(earlier.grants.map(grantKey)),
    new Set(earlier.findings.map(findingKey)),
  ]
  return {
    added: grants.filter((grant) => !earlierGrants.has(grantKey(grant))),
    removed: earlier.grants.filter((grant) => !grantKeys.has(grantKey(grant))),
    newFindings: findings.filter((finding) => !earlierFindings.has(findingKey(finding))),
    resolvedFindings: earlier.findings.filter((finding) => !findingKeys.has(findingKey(finding))),
  }
}

/** Lines of rules move with every edit: they are no part of a grant. */
function grantKey({ who, provider, role }: Grant): string {
  return JSON.stringify([who, provider, role])
}

function findingKey({ code, subject, sentence }: Finding): string {
  return JSON.stringify([code, subject.startsWith('rule') ? sentence : `${subject} ${sentence}`])
}

function reportIn(text: string, file: string): AccessReport {
  try {
    const report: unknown = JSON.parse(text)
    if (isObject(report) && report.version === 1 && Array.isArray(report.grants) && Array.isArray(report.findings))
      return report as unknown as AccessReport
  } catch {
    // Refused below.
  }
  throw new AccessReportError('access.report_unreadable', { sentence: `${file} is no report in JSON.` })
}
