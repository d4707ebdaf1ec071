import type { Identity, LeftOut, SignIn } from '../core/identity.ts'
import { subjectWarnings } from './session.ts'

/** What is wrong with a sign-in all the same, in sentences: for the user, and for the audit line. */
export function signInWarnings({ identity, leftOut = [] }: Pick<SignIn, 'identity' | 'leftOut'>): readonly string[] {
  return [...subjectWarnings(identity), ...leftOut.flatMap((one) => sentenceOf(identity, one))]
}

function sentenceOf({ provider }: Identity, { attribute, reason }: LeftOut): readonly string[] {
  switch (reason) {
    case 'not verified':
      return [`${provider} says that it has not verified your \`${attribute}\`, so it is not used here.`]
    case 'not said to be verified':
      return [
        `${provider} does not say that it has verified your \`${attribute}\`, so it is not used here. Its administrator can have it send \`${attribute}_verified\`; if it vouches for every address, set \`requireVerifiedEmail: false\` for it here.`,
      ]
    case 'not in the token':
      return [
        attribute === 'groups'
          ? `${provider} left your groups out because there are too many of them, so no rule that asks for \`groups\` can match. Its administrator can send application roles instead, send only the groups that are assigned to this application, or filter them.`
          : `${provider} left \`${attribute}\` out and only says where it is kept, so no rule that asks for it can match. Its administrator can send it in the ID token.`,
      ]
    default:
      return []
  }
}
