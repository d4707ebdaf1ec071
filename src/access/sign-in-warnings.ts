import type { Identity, LeftOut, SignIn } from '../core/identity.ts'
import { subjectWarnings } from './session.ts'

/** Warnings about an accepted sign-in, as sentences: for the user, and for the audit line. */
export function signInWarnings({ identity, leftOut = [] }: Pick<SignIn, 'identity' | 'leftOut'>): readonly string[] {
  return [...subjectWarnings(identity), ...leftOut.flatMap((one) => sentenceOf(identity, one))]
}

function sentenceOf({ provider }: Identity, { attribute, reason }: LeftOut): readonly string[] {
  switch (reason) {
    case 'not verified':
      return [`${provider} has not verified your \`${attribute}\`, so the gateway does not use it.`]
    case 'not said to be verified':
      return [
        `${provider} did not confirm that it has verified your \`${attribute}\`, so the gateway does not use it. Its administrator can send \`${attribute}_verified\`. If only administrators assign addresses there, set \`requireVerifiedEmail: false\` for this provider.`,
      ]
    case 'not in the token':
      return [
        attribute === 'groups'
          ? `${provider} left your groups out because there are too many of them, so no rule for \`groups\` can match. Its administrator can send application roles instead, send only the groups assigned to this application, or filter them.`
          : `${provider} sent only a reference to \`${attribute}\` and not its values, so no rule for it can match. Its administrator can send it in the ID token.`,
      ]
    default:
      return []
  }
}
