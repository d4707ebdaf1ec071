import type { Attributes, SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import type { VerifiedAssertion } from './response/validate.ts'
import { addSeconds, earliest } from './times.ts'

/** Entra ID sends a password's class after a second factor as well, and the second factor here. */
const MICROSOFT_METHODS = 'http://schemas.microsoft.com/claims/authnmethodsreferences'

/** STS accepts an assertion at most this long after its IssueInstant. */
const STS_ACCEPTS_SECONDS = 300

/**
 * A verified assertion as a protocol-independent SignIn. `provider` is the provider's ID in the configuration,
 * `samlResponseBase64` the form field as received if it may be sent to STS, else undefined.
 */
export function signInFromAssertion(
  provider: string,
  assertion: VerifiedAssertion,
  samlResponseBase64: string | undefined,
  now: Date,
): SignIn {
  const {
    issuer,
    subject,
    nameId,
    attributes,
    authnInstant,
    authnContextClassRef,
    issueInstant,
    sessionIndex,
    furtherSessionIndexes,
    sessionNotOnOrAfter,
  } = assertion
  const authnContext = contextsOf(authnContextClassRef, attributes)
  const isNameId = nameId !== undefined && nameId.value === subject
  return {
    identity: {
      provider,
      protocol: 'saml',
      issuer,
      subject,
      ...(isNameId && nameId.format !== undefined && { subjectFormat: nameId.format }),
      attributes,
      // If the provider's clock is ahead, a sign-in would otherwise count as recent for too long.
      authenticatedAt: earliest([authnInstant, now]),
      ...(authnContext.length > 0 && { authnContext }),
    },
    evidence: {
      kind: 'saml',
      ...(samlResponseBase64 !== undefined && { response: new Secret(samlResponseBase64) }),
      issuedAt: issueInstant,
      confirmationCount: assertion.confirmationCount,
      isEncrypted: assertion.isEncrypted,
      expiresAt: earliest([assertion.expiresAt, addSeconds(issueInstant, STS_ACCEPTS_SECONDS)]),
    },
    logoutRef: {
      kind: 'saml',
      nameId: nameId ?? { value: subject },
      ...(sessionIndex !== undefined && { sessionIndex }),
      ...(furtherSessionIndexes.length > 0 && { furtherSessionIndexes }),
    },
    ...(sessionNotOnOrAfter && { sessionEndsAt: sessionNotOnOrAfter }),
  }
}

/** The class, then the methods that Entra ID and AD FS name in an attribute instead. */
function contextsOf(classRef: string | undefined, attributes: Attributes): readonly string[] {
  return [...(classRef === undefined ? [] : [classRef]), ...(attributes.get(MICROSOFT_METHODS) ?? [])]
}
