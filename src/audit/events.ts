/**
 * Owns the audit log: one union of everything that is worth a line (here), how lines are written and acknowledged
 * (log.ts) to a file, a stream (sinks.ts) or a collector (syslog.ts), how lines are chained and signed (chain/), how a flood of refusals is counted (flood.ts), and what has passed,
 * counted by provider (event-counters.ts). Knows nothing of requests, protocols or stores: who records an event says
 * all there is to say. Field names are CloudTrail's where it has them. No field can hold a secret, a token, an assertion
 * or a cookie: start at AuditEvent.
 */
import type { Refusal } from './refusal.ts'

/** What every event says. */
interface Occurrence {
  /** When it happened, by the gateway's clock. */
  readonly eventTime: Date
  /** Also shown on the user's page, so the two can be matched. */
  readonly referenceId: string
  readonly sourceIPAddress?: string
  readonly userAgent?: string
  /** The signed-in device that asked, by the name that it gave itself: only for requests of the command line. */
  readonly device?: string
  /** Of the trace that the request belongs to, by its sender's word (W3C Trace Context). */
  readonly traceId?: string
}

/** The user, as far as the provider vouches for them. */
interface SignedInUser {
  readonly provider: string
  readonly subject: string
}

/** What was requested from AWS, by CloudTrail's names. */
interface RoleRequest {
  readonly requestParameters: {
    readonly roleArn: string
    readonly roleSessionName?: string
    /** Seconds. */
    readonly durationSeconds?: number
    /** Managed policies that limit the session. */
    readonly policyArns?: readonly string[]
    /** The same inline: JSON. */
    readonly policy?: string
    readonly sourceIdentity?: string
    /** The session's tags. */
    readonly principalTags?: Readonly<Record<string, string>>
    readonly transitiveTagKeys?: readonly string[]
    /** What the configuration requires and the sign-in does not provide. */
    readonly leftOut?: readonly { readonly what: string; readonly reason: string }[]
  }
}

interface IssuedCredentials {
  readonly responseElements: {
    /** The access key ID; the secret key has no field. */
    readonly accessKeyId: string
    readonly expiration: Date
    readonly assumedRoleArn?: string
    readonly sourceIdentity?: string
    /** Percent of what AWS accepts of tags and policies. */
    readonly packedPolicySize?: number
    /** AWS's ID of the call, as in CloudTrail. */
    readonly requestID?: string
  }
}

export type AuditEvent =
  | (Occurrence &
      SignedInUser & {
        /** `login.renewed`: the same user signed in again, and the login continues. */
        readonly eventName: 'login' | 'login.renewed'
        readonly protocol: 'saml' | 'oidc'
        readonly issuer: string
        readonly authenticatedAt: Date
        /** AuthnContextClassRef, or `acr` and methods such as `amr:mfa`. */
        readonly authnContext?: readonly string[]
        /** Values that the provider may not assert, or left out itself. */
        readonly leftOut?: readonly {
          readonly attribute: string
          readonly values: readonly string[]
          readonly reason?: string
        }[]
        /** Warnings about the accepted sign-in, as sentences. */
        readonly warnings?: readonly string[]
      })
  | (Occurrence &
      Refusal & { readonly eventName: 'login.refused'; readonly provider: string; readonly subject?: string })
  | (Occurrence &
      Partial<Refusal> & {
        /** A test sign-in: nobody was signed in, whether the answer was accepted or refused. */
        readonly eventName: 'login.tested'
        readonly provider: string
        /** The user in the provider's answer; absent if the answer was refused. */
        readonly subject?: string
        /** The operator; absent for `fedgate check --live`. */
        readonly testedBy?: SignedInUser
      })
  | (Occurrence &
      SignedInUser &
      RoleRequest &
      IssuedCredentials & {
        readonly eventName: 'exchange'
        /** Who gets the credentials: the user, or the gateway, to open the console with them. */
        readonly purpose: Purpose
        /** The rule that granted the role, with the values that met it: as on the identity page. */
        readonly grantedBy: string
        /** The role's region, where its events will probably be. */
        readonly awsRegion: string
      })
  | (Occurrence &
      SignedInUser &
      RoleRequest &
      Refusal & {
        readonly eventName: 'exchange.denied'
        /** AWS is asked again immediately, for a session of so many seconds. */
        readonly retriedWithSeconds?: number
      })
  | (Occurrence &
      SignedInUser &
      RoleRequest &
      IssuedCredentials & {
        readonly eventName: 'console'
        readonly destination: string
        readonly awsRegion: string
        readonly grantedBy: string
      })
  | (Occurrence & SignedInUser & RoleRequest & Refusal & { readonly eventName: 'console.denied' })
  | (Occurrence & Refusal & { readonly eventName: 'logout.refused'; readonly provider: string })
  | (Occurrence &
      SignedInUser & {
        readonly eventName: 'logout'
        readonly reason: 'person' | 'provider' | 'operator'
        /** The operator; absent for `fedgate revoke`. */
        readonly endedBy?: SignedInUser
      })
  | (Occurrence &
      Partial<SignedInUser> & {
        /** An operator took access back: from a user, or from all who may use a role. Each ended login has a `logout`. */
        readonly eventName: 'access.revoked'
        readonly roleArn?: string
        /** Sessions that began earlier have ended. */
        readonly before: Date
        readonly sessions: number
        /** Devices of the command line, which ended with their sessions. */
        readonly devices: number
        /** The operator; absent for `fedgate revoke`. */
        readonly revokedBy?: SignedInUser
      })
  | (Occurrence &
      SignedInUser & {
        /** A device got an access token and a refresh token: by the user's consent, or for the refresh token before. */
        readonly eventName: 'token'
        readonly grantType: 'authorization_code' | 'device_code' | 'refresh_token'
        /** Whether the tokens are bound to a key of the device (DPoP, RFC 9449). */
        readonly isBound: boolean
      })
  | (Occurrence &
      SignedInUser & {
        /** All tokens of a device ended. `reuse`: because a code or a refresh token was used a second time. */
        readonly eventName: 'token.revoked'
        readonly reason: 'device' | 'person' | 'reuse'
      })
  | (Occurrence &
      Refusal &
      Partial<SignedInUser> & {
        /** Any other response with an error page or a problem document. */
        readonly eventName: 'request.refused'
        /** Method and path: `GET /roles`. */
        readonly request: string
      })
  | (Occurrence & {
      /** Further refusals of one address, counted. The pages of those refusals show this line's reference. */
      readonly eventName: 'refusals'
      readonly since: Date
      readonly count: number
      readonly errorCodes: Readonly<Record<string, number>>
    })
  | (Occurrence & {
      /** The log could not be written for a while. Waiting lines follow this one; lost ones do not. */
      readonly eventName: 'audit.resumed'
      readonly since: Date
      readonly reason: string
      readonly lost: number
    })
  | (Occurrence & {
      /** Signs all lines before it: at the start of a chain, at intervals, and at its end. */
      readonly eventName: 'audit.head'
      readonly reason: 'start' | 'interval' | 'end'
      readonly keyId: string
    })

/** Why a role is assumed. */
export type Purpose = 'credentials' | 'console'

/** Refusals that an unauthenticated client can cause without limit: repeated ones are counted in a `refusals` line. */
export type CountableRefusal = Extract<
  AuditEvent,
  { readonly eventName: 'login.refused' | 'logout.refused' | 'request.refused' }
>

/**
 * Events that give access: a session, credentials, a link to the console. They are recorded before access is given.
 */
const GRANTS: ReadonlySet<AuditEvent['eventName']> = new Set(['login', 'login.renewed', 'exchange', 'console', 'token'])

/** The state of the log. */
export interface AuditStatus {
  readonly state: 'ok' | 'failing'
  /** While it fails: the reason, since when, and how many lines are waiting or lost. */
  readonly failure?: {
    readonly since: Date
    readonly reason: string
    readonly waiting: number
    readonly lost: number
  }
  /** Whether access is refused while it cannot be recorded. */
  readonly isRequired: boolean
}

/** Where events go. */
export interface Audit {
  /**
   * Resolves when the line is written, with the reference under which the log has it: the event's own, or that of the
   * line that counts it. An event that gives access rejects with AuditError `audit.unavailable` if the log is required
   * and cannot be written. Every other event never rejects: its line waits until the log can be written.
   */
  record(event: AuditEvent): Promise<string>
  /**
   * Throws AuditError `audit.unavailable` while an event that gives access could not be recorded: called before
   * anything is started or used up in vain.
   */
  mustBeWritable(): void
  status(): AuditStatus
  /** Resolves when everything recorded so far is written or known to be lost. */
  close(): Promise<void>
}

export function givesAccess({ eventName }: AuditEvent): boolean {
  return GRANTS.has(eventName)
}
