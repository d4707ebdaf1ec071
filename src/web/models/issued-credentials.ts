/** From issued credentials of roles to the pages and the file that hand them out. */
import type { Request } from 'express'
import { type CredentialsToWrite, profilesIni } from '../../credentials/formats.ts'
import { distinctProfileNames, profileNameOf } from '../../credentials/profile-name.ts'
import type { TakenRole } from '../../gateway/roles/sts-request.ts'
import type { RoleOutcome as GatewayOutcome, RolesTaken } from '../../gateway/roles/take-roles.ts'
import { allFormats, formatCookie, iniFormat, preferredFormat, singleValues } from '../credential-formats.ts'
import { pickedRole } from '../picker/picked-role.ts'
import { shortenedFrom } from '../role-form.ts'
import { toInstant } from '../time-zone.ts'
import type { CredentialsOfSeveralPage, CredentialsPage, RoleOutcome } from './credentials.ts'
import type { SignedInPage } from './page.ts'

/** `duration`: what was requested, as posted. */
export function credentialsPage(
  request: Request,
  baseUrl: string,
  taken: TakenRole,
  duration: string,
): Omit<CredentialsPage, keyof SignedInPage> {
  const written = credentialsToWrite(taken)
  return {
    role: pickedRole(taken.role),
    sessionArn: taken.assumedRoleArn,
    expiresAt: toInstant(taken.credentials.expiration),
    duration: taken.shortenedFromSeconds === undefined ? duration : String(taken.durationSeconds),
    shortenedFrom: shortenedFrom(taken),
    profile: written.profile,
    format: preferredFormat(request, baseUrl),
    formatCookie: formatCookie(baseUrl),
    commandLine: {
      install: `curl -fsSO ${baseUrl}/cli/fedgate.mjs`,
      start: `node fedgate.mjs login --gateway ${baseUrl} && node fedgate.mjs profiles`,
    },
    formats: allFormats(written),
    values: singleValues(written),
  }
}

/** `profile`: the name that the user chose, else that of the account and the role. */
export function credentialsToWrite({ credentials, role }: TakenRole, profile = ''): CredentialsToWrite {
  return {
    credentials,
    region: role.region,
    profile: profile === '' ? profileNameOf(role.accountName, role.name) : profile,
  }
}

/** All issued credentials, and why the other roles were refused. */
export function credentialsOfSeveralPage(
  outcomes: readonly GatewayOutcome[],
  duration: string,
): Pick<CredentialsOfSeveralPage, 'outcomes' | 'duration' | 'file'> {
  const taken = takenIn({ kind: 'several', outcomes })
  return {
    outcomes: outcomes.map(outcomeRow),
    duration,
    file: taken.length === 0 ? undefined : iniFormat(profilesFile(taken)),
  }
}

export function takenIn(result: RolesTaken): readonly TakenRole[] {
  if (result.kind === 'one') return [result.taken]
  return result.outcomes.flatMap((outcome) => (outcome.kind === 'taken' ? outcome.taken : []))
}

function outcomeRow(outcome: GatewayOutcome): RoleOutcome {
  const { arn } = outcome
  if (outcome.kind === 'taken') {
    const { name, accountName, accountId } = pickedRole(outcome.taken.role)
    return {
      arn,
      name,
      account: accountName ?? accountId,
      expiresAt: toInstant(outcome.taken.credentials.expiration),
    }
  }
  const { role, error } = outcome
  return {
    arn,
    name: role?.name ?? arn,
    account: role?.accountName,
    sentence: error.message,
    hint: error.hint,
  }
}

/** A section of `~/.aws/credentials` for each, with unique names. */
export function profilesFile(all: readonly TakenRole[]): string {
  const written = all.map((taken) => credentialsToWrite(taken))
  const profiles = distinctProfileNames(written.map(({ profile }) => profile))
  return profilesIni(written.map((one, n) => ({ ...one, profile: profiles[n] ?? one.profile })))
}
