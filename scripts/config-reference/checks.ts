/** Renders the checks of a SAML response, and those of a role before AWS is asked, as a page. */
import { fixes } from '../../src/access/preflight/fixes.ts'
import { samlErrors } from '../../src/saml/errors.ts'
import { type AssertionCheckName, assertionChecks, checkCodes } from '../../src/saml/response/checks.ts'
import { responseSteps } from '../../src/saml/response/open.ts'

/** What each step makes sure of; its refusals have codes of their own. */
const meanings: Readonly<Record<(typeof responseSteps)[number], string>> = {
  isReadable: 'one form field, strict base64, valid UTF-8, not too large',
  isStrictXml: 'well-formed XML without a document type, entities or processing instructions, within limits of size',
  isAResponse: 'a SAML 2.0 Response, its children in the order of the schema, every ID once',
  isSuccess: 'the top-level status is Success',
  holdsOneAssertion: 'exactly one assertion, directly in the Response, and no other anywhere',
  isEncryptedAsRequired: 'the assertion is encrypted, where the provider says `wantAssertionsEncrypted`',
  responseSignatureVerifies: "the Response's signature, where there is one, verifies with a key of the metadata",
  isDecrypted: 'an encrypted assertion opens with one of our keys and is one assertion; all failures look alike',
  isSignedAsRequired: "the Response or the assertion is signed, as the provider's `signature` asks",
  assertionSignatureVerifies: "the assertion's signature, where there is one, verifies with a key of the metadata",
  assertionIsReadable: 'what the assertion says can be read in one way only',
}

const isStep = (name: string): name is keyof typeof meanings => Object.hasOwn(meanings, name)

const stepLine = (name: string): string => `- \`${name}\`: ${isStep(name) ? meanings[name] : ''}.`

const checkLine = (name: string): string => {
  const code = checkCodes[name as AssertionCheckName]
  return `- \`${name}\`, else \`${code}\`: ${samlErrors[code].sentence}`
}

const intro = `# Checks of a SAML response

<!-- Generated from src/saml/response and src/access/preflight by \`npm run schema\`. Do not edit. -->

A response runs through this list at the assertion consumer service and in \`fedgate check --response\`, always in this
order; the audit line of a refusal has the checks that failed. Each finding has an outcome: \`pass\`, \`fail\`,
\`unknown\` or \`not-run\`. No option switches a check off. An option that is there says what a check expects.

## Before anything is believed

Each step needs the one before: the first that fails ends the list, and what follows is \`not-run\`. So
is a step that has nothing to do, such as decryption of an assertion that is not encrypted.`

const claims = `## What the signed assertion says

All of these run, so that a refusal names everything that is wrong; the first that fails gives the code.`

const preflight = `## Before AWS is asked for a role

Whether AWS will let a sign-in take a role: \`fedgate explain\`, \`/identity\` and the audit line of a denied exchange run
these. AWS itself answers all of them with one word. They are in AWS's order, but for the trust policy's own: each is told
with the part of the policy that it hangs on, such as \`Statement[0].Condition.StringEquals.saml:aud\`. What hangs on
something that AWS has not confirmed, or on what nobody knows before the call (the address it comes from, tags of the
role), is \`unknown\`.`

const preflightLine = ([name, { meaning }]: readonly [string, { readonly meaning: string }]): string =>
  `- \`${name}\`: ${meaning}.`

/** docs/checks.md */
export const checkReference = (): string => {
  const steps = responseSteps.map(stepLine).join('\n')
  const checks = Object.keys(assertionChecks).map(checkLine).join('\n')
  const ofRole = Object.entries(fixes).map(preflightLine).join('\n')
  return `${[intro, steps, claims, checks, preflight, ofRole].join('\n\n')}\n`
}
