/** Renders the checks of a SAML response, and those of a role before AWS is asked, as a page. */
import { fixes } from '../../src/access/preflight/fixes.ts'
import { samlErrors } from '../../src/saml/errors.ts'
import { type AssertionCheckName, assertionChecks, checkCodes } from '../../src/saml/response/checks.ts'
import { responseSteps } from '../../src/saml/response/open.ts'

/** What each step requires; its refusals have codes of their own. */
const meanings: Readonly<Record<(typeof responseSteps)[number], string>> = {
  isReadable: 'one form field, strict base64, valid UTF-8, not too large',
  isStrictXml: 'well-formed XML without a document type, entities or processing instructions, within limits of size',
  isAResponse: 'a SAML 2.0 Response, its children in the order of the schema, every ID once',
  isSuccess: 'the top-level status is Success',
  holdsOneAssertion: 'exactly one assertion, directly in the Response, and no other anywhere',
  isEncryptedAsRequired: 'the assertion is encrypted, if the provider has `wantAssertionsEncrypted`',
  responseSignatureVerifies: "the Response's signature, if there is one, verifies with a key of the metadata",
  isDecrypted:
    'an encrypted assertion decrypts with one of our keys and is one assertion; all failures give the same answer',
  isSignedAsRequired: "the Response or the assertion is signed, as the provider's `signature` requires",
  assertionSignatureVerifies: "the assertion's signature, if there is one, verifies with a key of the metadata",
  assertionIsReadable: 'the content of the assertion is unambiguous',
}

const isStep = (name: string): name is keyof typeof meanings => Object.hasOwn(meanings, name)

const stepLine = (name: string): string => `- \`${name}\`: ${isStep(name) ? meanings[name] : ''}.`

const checkLine = (name: string): string => {
  const code = checkCodes[name as AssertionCheckName]
  return `- \`${name}\`, else \`${code}\`: ${samlErrors[code].sentence}`
}

const intro = `# Checks of a SAML response

<!-- Generated from src/saml/response and src/access/preflight by \`npm run schema\`. Do not edit. -->

The assertion consumer service and \`fedgate check --response\` run these checks on a response, always in this order; the audit
line of a refusal lists the checks that failed. Each finding has an outcome: \`pass\`, \`fail\`, \`unknown\` or \`not-run\`. No
option switches a check off; options only set what a check expects.

## Before any content is trusted

Each step needs the previous one: the first failure ends the list, and the remaining steps are \`not-run\`. So is a step that
has nothing to do, such as decryption of an assertion that is not encrypted.`

const claims = `## The content of the signed assertion

All of these run, so a refusal lists every problem; the first failure determines the code.`

const preflight = `## Before AWS is called for a role

\`fedgate explain\`, \`/identity\` and the audit line of a denied exchange run these checks to forecast whether AWS will allow a
role. AWS itself answers every failure with a single word. They are in AWS's order, except those of the trust policy: each names
the part of the policy that decides it, such as \`Statement[0].Condition.StringEquals.saml:aud\`. A check is \`unknown\` if it
depends on behaviour that AWS has not confirmed, or on values unknown before the call (its source address, tags of the role).`

const preflightLine = ([name, { meaning }]: readonly [string, { readonly meaning: string }]): string =>
  `- \`${name}\`: ${meaning}.`

/** docs/checks.md */
export const checkReference = (): string => {
  const steps = responseSteps.map(stepLine).join('\n')
  const checks = Object.keys(assertionChecks).map(checkLine).join('\n')
  const ofRole = Object.entries(fixes).map(preflightLine).join('\n')
  return `${[intro, steps, claims, checks, preflight, ofRole].join('\n\n')}\n`
}
