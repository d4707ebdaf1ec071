/** The part of GET /identity that is about AWS: what it will see of this person, and what it will say. */
import type { AwsView, ForeseenRole } from '../gateway/aws-view.ts'
import type { AwsSession, IdentityPage, RolePreflight } from './view-models.ts'

const sessionOf = ({ session }: AwsView): AwsSession => {
  const transitive = new Set(session.transitiveTagKeys)
  return {
    name: session.roleSessionName,
    sourceIdentity: session.sourceIdentity,
    tags: [...session.tags].map(([key, value]) => ({ key, value, isTransitive: transitive.has(key) })),
    packedSizePercent: session.packedSizePercent,
    leftOut: session.leftOut,
  }
}

/** Of the statement that allows the call; what tags and source identity need goes without saying then. */
const isPart = (name: string): boolean => name.startsWith('Statement')

/** Of an allowed role the statement that allows it, of any other everything: there may be hundreds of roles. */
const findingsOf = ({ preflight: { outcome, verdict } }: ForeseenRole): RolePreflight['findings'] =>
  verdict.filter(({ name }) => outcome !== 'allowed' || isPart(name))

const rolePreflight = (foreseen: ForeseenRole): RolePreflight => {
  const { role: listed, preflight, reason, change } = foreseen
  const { role, accountName } = listed
  return {
    arn: role.arn,
    name: role.name,
    accountId: role.account,
    ...(accountName === role.account ? {} : { accountName }),
    outcome: preflight.outcome,
    reason,
    change,
    findings: findingsOf(foreseen),
  }
}

export const identityOfAws = (
  view: AwsView,
): Pick<IdentityPage, 'warnings' | 'awsSession' | 'conditionKeys' | 'ignored' | 'roles'> => ({
  warnings: view.session.warnings,
  awsSession: sessionOf(view),
  conditionKeys: view.keys,
  ignored: view.ignored,
  roles: view.roles.map(rolePreflight),
})
