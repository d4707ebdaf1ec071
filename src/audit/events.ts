/**
 * Owns the audit log: one union of everything that is worth a line (here), how lines are written and acknowledged
 * (log.ts) to a file or a stream (sinks.ts), how a flood of refusals is counted (flood.ts), and what has passed,
 * counted by provider (event-counters.ts). Knows nothing of requests, protocols or stores: who records an event says
 * all there is to say. Field names are CloudTrail's where it has them. No field can hold a secret, a token, an assertion
 * or a cookie: start at AuditEvent.
 */
import type { Refusal } from './refusal.ts'

/** What every event says. */
interface Occurrence {
  /** When it happened, by the gateway's clock. */
  readonly eventTime: Date
  /** What the user's page shows too, so that the two can be brought together. */
  readonly referenceId: string
  readonly sourceIPAddress?: string
  readonly userAgent?: string
}

/** The user, as far as the provider vouches for them. */
interface Person {
  readonly provider: string
  readonly subject: string
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
    /** Percent of what AWS accepts of tags and policies. */
    readonly packedPolicySize?: number
    /** AWS's id of the call, as CloudTrail shows it. */
    readonly requestID?: string
  }
}

export type AuditEvent =
  | (Occurrence &
      Person & {
        /** `login.renewed`: the same person's answer to the question again, for a login that goes on. */
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
        /** What is wrong with it all the same, in sentences. */
        readonly warnings?: readonly string[]
      })
  | (Occurrence &
      Refusal & { readonly eventName: 'login.refused'; readonly provider: string; readonly subject?: string })
  | (Occurrence &
      Person &
      RoleRequest &
      IssuedCredentials & {
        readonly eventName: 'exchange'
        /** What for: the user gets the credentials, or the gateway opens the console with them. */
        readonly purpose: Purpose
        /** The role's region, where its events are likely to be. */
        readonly awsRegion: string
      })
  | (Occurrence &
      Person &
      RoleRequest &
      Refusal & {
        readonly eventName: 'exchange.denied'
        /** AWS was asked again at once, for a session of so many seconds. */
        readonly retriedWithSeconds?: number
      })
  | (Occurrence &
      Person &
      RoleRequest &
      IssuedCredentials & { readonly eventName: 'console'; readonly destination: string; readonly awsRegion: string })
  | (Occurrence & Person & RoleRequest & Refusal & { readonly eventName: 'console.denied' })
  | (Occurrence & Refusal & { readonly eventName: 'logout.refused'; readonly provider: string })
  | (Occurrence & Person & { readonly eventName: 'logout'; readonly reason: 'person' | 'provider' })
  | (Occurrence &
      Refusal &
      Partial<Person> & {
        /** Anything else that was answered with an error page or a problem document. */
        readonly eventName: 'request.refused'
        /** Method and path: `GET /roles`. */
        readonly request: string
      })
  | (Occurrence & {
      /** Further refusals of one address, counted. Pages that were shown for them have this line's reference. */
      readonly eventName: 'refusals'
      readonly since: Date
      readonly count: number
      readonly errorCodes: Readonly<Record<string, number>>
    })
  | (Occurrence & {
      /** The log could not be written for a while. Lines that waited come after this one, lost ones never. */
      readonly eventName: 'audit.resumed'
      readonly since: Date
      readonly reason: string
      readonly lost: number
    })

/** Why a role is taken. */
export type Purpose = 'credentials' | 'console'

/**
 * Refusals that an unauthenticated client can cause as often as they like: repeated ones are counted into a line
 * `refusals`.
 */
export type CountableRefusal = Extract<
  AuditEvent,
  { readonly eventName: 'login.refused' | 'logout.refused' | 'request.refused' }
>

/** Events that give access: a session, credentials, a way to the console. Their line comes first. */
const GRANTS: ReadonlySet<AuditEvent['eventName']> = new Set(['login', 'login.renewed', 'exchange', 'console'])

/** How the log does. */
export interface AuditStatus {
  readonly state: 'ok' | 'failing'
  /** What is wrong, since when, and how many lines wait for the log or have been lost: where it fails. */
  readonly failure?: {
    readonly since: Date
    readonly reason: string
    readonly waiting: number
    readonly lost: number
  }
  /** Whether nothing may happen that cannot be recorded. */
  readonly isRequired: boolean
}

/** Where events go. */
export interface Audit {
  /**
   * Resolves when the line is written, with the reference under which the log has it: the event's own, or that of the
   * line that counts it. What gives access rejects with AuditError `audit.unavailable` where the log is required and
   * cannot be written. Everything else never rejects: a line that cannot be written waits until it can.
   */
  record(event: AuditEvent): Promise<string>
  /**
   * Throws AuditError `audit.unavailable` while it is known that nothing that gives access could be recorded: asked
   * before anything is begun or used up that would come to nothing.
   */
  mustBeWritable(): void
  status(): AuditStatus
  /** Resolves when everything recorded so far is written, or is known to be lost. */
  close(): Promise<void>
}

export function givesAccess({ eventName }: AuditEvent): boolean {
  return GRANTS.has(eventName)
}
