/**
 * The two walks through the source in docs/architecture.md: what happens, function by function. The table names file and
 * function; the line is looked up, so that it is right after every change.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One step: where it is, and what it does in one sentence. */
export type Step = readonly [file: string, declared: string, does: string]

export interface Walk {
  readonly title: string
  readonly steps: readonly Step[]
}

const ROOT = join(import.meta.dirname, '../..')

const BEGIN = '<!-- Generated from scripts/config-reference/walks.ts by `npm run schema`. Do not edit. -->'
const END = '<!-- End of the generated walks. -->'

export const walks: readonly Walk[] = [
  {
    title: 'A SAML response arrives',
    steps: [
      ['src/web/routes/answers.ts', 'acs', 'Reads two form fields of the POST; no cookie and no session.'],
      [
        'src/gateway/login/receive-saml-response.ts',
        'receiveSamlResponse',
        'The use-case: verifies the response and keeps the sign-in for the browser that started; refusals are audited.',
      ],
      ['src/gateway/login/pending-logins.ts', 'pendingFor', 'Finds the pending login that RelayState names.'],
      [
        'src/gateway/login/expected-response.ts',
        'expectedResponse',
        'Puts together what an acceptable response must say: issuer, audience, recipient, request, keys, times.',
      ],
      [
        'src/saml/response/validate.ts',
        'validateResponse',
        'From untrusted form to `VerifiedAssertion`; throws the first failed check with the verdict so far.',
      ],
      ['src/saml/response/open.ts', 'openResponse', 'Runs the steps that lead from text to signed content, in order.'],
      [
        'src/xml/parse.ts',
        'parseXml',
        'Parses strictly, once, into an immutable tree: no DTD, bounded depth and size.',
      ],
      [
        'src/xml/signature.ts',
        'verifySignature',
        'Verifies the signature with a key from metadata and returns the subtree that it covers.',
      ],
      ['src/saml/response/assertion.ts', 'readAssertion', 'Reads the signed subtree into values.'],
      [
        'src/saml/response/checks.ts',
        'assertionChecks',
        'The list of checks on those values, each with a section of the standard and an error code.',
      ],
      [
        'src/saml/sign-in.ts',
        'signInFromAssertion',
        'Makes identity, evidence and logout reference; from here on no SAML type is needed.',
      ],
      [
        'src/gateway/login/scoped-attributes.ts',
        'keepWithinScopes',
        'Drops attribute values outside the scopes that metadata allows this identity provider.',
      ],
      [
        'src/gateway/login/authentication-age.ts',
        'checkMaxAuthAge',
        'Refuses a sign-in older than the pending login asked for.',
      ],
      [
        'src/gateway/login/verified-sign-ins.ts',
        'keepVerifiedSignIn',
        'Keeps the sign-in under a new handle; the browser is redirected to `/login/finish` with it.',
      ],
      ['src/web/routes/login.ts', 'finish', 'The same-site GET that brings the handle and the binding cookie.'],
      [
        'src/gateway/login/finish-login.ts',
        'finishLogin',
        'Requires the browser that started the login, and uses the handle up.',
      ],
      ['src/gateway/login/logins.ts', 'putLogin', 'Stores the login under its random id, in the same step.'],
      ['src/gateway/login/login-index.ts', 'addToIndex', 'In that step too, makes it findable for logout requests.'],
      ['src/gateway/login/login-index.ts', 'refuseSignedOut', 'Refuses the login where a logout came first.'],
      [
        'src/gateway/record.ts',
        'record',
        'Writes the audit event; if that fails, the login ends and nobody is signed in.',
      ],
      ['src/web/session.ts', 'beginSession', 'Gives the browser a session with a new id.'],
    ],
  },
  {
    title: 'A role is taken',
    steps: [
      [
        'src/web/routes/credentials.ts',
        'credentials',
        'Checks the CSRF token, reads the form, sends a page or a file.',
      ],
      ['src/web/role-form.ts', 'pickedArns', 'The picked ARNs, each once, at most twenty.'],
      [
        'src/gateway/roles/take-roles.ts',
        'takeRoles',
        'The use-case: several ARNs in, outcomes or `reauthenticate-first` out.',
      ],
      [
        'src/gateway/roles/ready-roles.ts',
        'readyRoles',
        'Asks once for all roles whether the login can be used as it is, or the user must sign in again.',
      ],
      [
        'src/gateway/login/refresh-token.ts',
        'withFreshEvidence',
        'Renews an ID token that is about to expire with the refresh token, where there is one.',
      ],
      ['src/gateway/roles/list-roles.ts', 'grantedByArn', 'Computes the entitlement, and picks these ARNs out of it.'],
      ['src/access/entitlement.ts', 'grantedRoles', 'From identity and rules to roles, each with the reason.'],
      ['src/access/role-settings.ts', 'roleSettingsOf', 'The settings of each role: maximum, `maxAuthAge`, region.'],
      [
        'src/gateway/login/authentication-age.ts',
        'requiredReauthentication',
        'Compares the age of the sign-in with a role’s `maxAuthAge`.',
      ],
      [
        'src/gateway/roles/take-role.ts',
        'takeRole',
        'One role: refuses what AWS need not be asked for, exchanges, and withholds credentials that cannot be audited.',
      ],
      [
        'src/gateway/roles/session-mapping.ts',
        'sessionFor',
        'What the AWS session will carry: from the templates, or from the provider’s own evidence.',
      ],
      ['src/access/session.ts', 'sessionOf', 'Fills in session name, source identity and tags within AWS’s limits.'],
      [
        'src/gateway/roles/sts-request.ts',
        'requestFor',
        'Builds the STS call with original or reissued evidence; throws where AWS would refuse it without a reason.',
      ],
      ['src/issuer/saml-assertion.ts', 'assertionForAws', 'Signs the reissued response with the gateway’s key.'],
      ['src/aws/sts/client.ts', 'createStsClient', 'Sends the unsigned call to STS.'],
      ['src/aws/sts/answer.ts', 'stsErrorOf', 'Turns what STS or the network answered into an error code.'],
      [
        'src/gateway/roles/explain-denial.ts',
        'explainedDenial',
        'Adds the likely reason to AWS’s one-word refusal, from the preflight.',
      ],
      [
        'src/gateway/audit-lines.ts',
        'auditExchange',
        'Records the exchange: what was asked, and the access key id that came of it.',
      ],
      ['src/web/models/issued-credentials.ts', 'credentialsPage', 'Prepares the page: profile name, formats, expiry.'],
      ['src/credentials/formats.ts', 'credentialFormats', 'Writes the credentials for each shell and file.'],
    ],
  },
]

/** The page with its walks as the source has them now. Throws where a file does not declare what is named. */
export function withWalks(page: string): string {
  const [before, rest] = [page.split(BEGIN)[0], page.split(END)[1]]
  if (before === undefined || rest === undefined) throw new Error('docs/architecture.md has no place for the walks')
  return `${before}${BEGIN}\n\n${walks.map(section).join('\n')}\n${END}${rest}`
}

function section({ title, steps }: Walk): string {
  const rows = steps.map(([file, declared, does], index) => {
    const line = lineOf(file, declared)
    return `${index + 1}. [\`${file}:${line}\`](../${file}#L${line}) \`${declared}\`: ${does}\n`
  })
  return `### ${title}\n\n${rows.join('')}`
}

/** The line of `file` that declares that name at top level; 1 is the first. */
export function lineOf(file: string, declared: string): number {
  const declaration = new RegExp(`^(?:export )?(?:async )?(?:function|const|class) ${declared}\\b`)
  const index = readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .findIndex((line) => declaration.test(line))
  if (index === -1) throw new Error(`${file} declares no ${declared}`)
  return index + 1
}
