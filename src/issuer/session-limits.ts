/** AWS's limits for a session: it refuses the whole call for a single tag that is too long. */
import { sessionTag, sourceIdentity, webIdentityToken } from '../aws/facts/limits.ts'
import { type SessionTags, sessionTagsProblem, sourceIdentityProblem } from '../aws/session-values.ts'
import { IssuerError } from './errors.ts'

/** The `sub` of a token: STS repeats it in a field of this length. */
const SUBJECT_LENGTH = 255

/** Throws IssuerError `issuer.session_tags_invalid`. */
export function checkSessionTags(wanted: SessionTags): void {
  const found = sessionTagsProblem(wanted)
  if (found === undefined) return
  const { count, key, value } = sessionTag
  const expected = `at most ${count} tags, keys of ${key.min} to ${key.max} and values of at most ${value.max} characters that AWS takes`
  throw new IssuerError('issuer.session_tags_invalid', { expected, found, source: 'sessionTags' })
}

/** Throws IssuerError `issuer.source_identity_invalid`. */
export function checkSourceIdentity(value: string): void {
  if (sourceIdentityProblem(value) === undefined) return
  throw new IssuerError('issuer.source_identity_invalid', {
    expected: `${sourceIdentity.min} to ${sourceIdentity.max} letters, digits and _+=,.@-`,
    found: JSON.stringify(value.slice(0, sourceIdentity.max)),
    source: 'sourceIdentity',
  })
}

/** Throws IssuerError `issuer.subject_invalid`. */
export function checkSubject(subject: string): void {
  const { length } = [...subject]
  if (length >= 1 && length <= SUBJECT_LENGTH) return
  throw new IssuerError('issuer.subject_invalid', {
    expected: `1 to ${SUBJECT_LENGTH} characters`,
    found: `${length} characters`,
    source: 'sub',
  })
}

/** Throws IssuerError `issuer.token_too_long`. */
export function checkTokenLength({ length }: string): void {
  if (length <= webIdentityToken.max) return
  throw new IssuerError('issuer.token_too_long', {
    expected: `at most ${webIdentityToken.max} characters`,
    found: `${length} characters`,
    source: 'WebIdentityToken',
  })
}
