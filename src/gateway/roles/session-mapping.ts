import type { SessionMapping, SessionTemplates } from '../../access/session.ts'
import { signInWarnings } from '../../access/sign-in-warnings.ts'
import type { SignIn } from '../../core/identity.ts'
import { presentedSession } from '../../evidence/presented-session.ts'
import { type EvidencePorts, evidenceToPresent } from './evidence-to-present.ts'

export type SessionPorts = EvidencePorts & { readonly settings: SessionTemplates }

export interface CarriedSession extends SessionMapping {
  /** Warnings about this sign-in, as sentences. */
  readonly warnings: readonly string[]
}

/**
 * What the AWS session of this sign-in will carry, whichever role is assumed. Throws GatewayError `provider.unknown`.
 */
export function sessionFor(gateway: SessionPorts, signIn: SignIn): CarriedSession {
  return {
    ...presentedSession(gateway.settings, evidenceToPresent(gateway, signIn)),
    warnings: signInWarnings(signIn),
  }
}
