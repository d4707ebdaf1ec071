/**
 * Owns the audit log: one union of everything that is worth a line, and the sinks that write it (sinks.ts). Knows
 * nothing of requests, protocols or stores: who records an event says all there is to say. Field names are
 * CloudTrail's where it has them. No field can hold a secret, a token, an assertion or a cookie: start at AuditEvent.
 */
import type { FedgateError } from '../core/errors.ts'
import type { Verdict } from '../core/verdict.ts'

/** What every event says. */
interface Occurrence {
  /** When it happened, by the gateway's clock. */
  readonly eventTime: Date
  /** What the person's page shows too, so that the two can be brought together. */
  readonly referenceId: string
  readonly sourceIPAddress?: string
  readonly userAgent?: string
}

/** The person, as far as the provider vouches for them. */
interface Person {
  readonly provider: string
  readonly subject: string
}

/** Why not: the error's code and sentence, and what was expected and found. */
export interface Refusal {
  readonly errorCode: string
  readonly errorMessage: string
  readonly expected?: string
  readonly found?: string
  readonly source?: string
  /** What each check said, where checks ran. */
  readonly findings?: Verdict
  /** Where AWS refused without saying why: what the checks come to, in sentences. */
  readonly likelyReason?: string
}

/** What was asked of AWS, in CloudTrail's words. */
interface RoleRequest {
  readonly requestParameters: {
    readonly roleArn: string
    readonly roleSessionName?: string
    /** Seconds. */
    readonly durationSeconds?: number
    /** Managed policies that scope the session down. */
    readonly policyArns?: readonly string[]
    /** The same inline: JSON. */
    readonly policy?: string
    readonly sourceIdentity?: string
    /** The session's tags. */
    readonly principalTags?: Readonly<Record<string, string>>
    readonly transitiveTagKeys?: readonly string[]
    /** What the configuration asks for and the sign-in does not give. */
    readonly leftOut?: readonly { readonly what: string; readonly reason: string }[]
  }
}

interface IssuedCredentials {
  readonly responseElements: {
    /** The public half; its secret has no field. */
    readonly accessKeyId: string
    readonly expiration: Date
    readonly assumedRoleArn?: string
    readonly sourceIdentity?: string
    /** Percent of what AWS takes of tags and policies. */
    readonly packedPolicySize?: number
    /** AWS's id of the call, as CloudTrail shows it. */
    readonly requestID?: string
  }
}

export type AuditEvent =
  | (Occurrence &
      Person & {
        /** `login.renewed`: the same person's answer to the question anew, for a login that goes on. */
        readonly eventName: 'login' | 'login.renewed'
        readonly protocol: 'saml' | 'oidc'
        readonly issuer: string
        readonly authenticatedAt: Date
        /** What the provider said beyond what it may speak for, or left out itself. */
        readonly leftOut?: readonly {
          readonly attribute: string
          readonly values: readonly string[]
          readonly reason?: string
        }[]
        /** What is amiss with it all the same, in sentences. */
        readonly warnings?: readonly string[]
      })
  | (Occurrence &
      Refusal & { readonly eventName: 'login.refused'; readonly provider: string; readonly subject?: string })
  | (Occurrence & Person & RoleRequest & IssuedCredentials & { readonly eventName: 'exchange' })
  | (Occurrence & Person & RoleRequest & Refusal & { readonly eventName: 'exchange.denied' })
  | (Occurrence &
      Person &
      RoleRequest &
      IssuedCredentials & { readonly eventName: 'console'; readonly destination: string })
  | (Occurrence & Person & RoleRequest & Refusal & { readonly eventName: 'console.denied' })
  | (Occurrence & Refusal & { readonly eventName: 'logout.refused'; readonly provider: string })
  | (Occurrence & Person & { readonly eventName: 'logout'; readonly reason: 'person' | 'provider' | 'expired' })

/** Where events go. `record` never throws: a log that cannot be written must not sign anybody out. */
export interface Audit {
  record(event: AuditEvent): void
  /** Resolves when everything recorded so far is written. */
  close(): Promise<void>
}

/** The part of an event that says why not, from the error the person met. */
export const refusalOf = (error: FedgateError, findings?: Verdict, likelyReason?: string): Refusal => ({
  errorCode: error.code,
  errorMessage: error.message,
  ...(error.expected === undefined ? {} : { expected: error.expected }),
  ...(error.found === undefined ? {} : { found: error.found }),
  ...(error.source === undefined ? {} : { source: error.source }),
  ...(findings === undefined ? {} : { findings }),
  ...(likelyReason === undefined ? {} : { likelyReason }),
})
