/**
 * What CloudTrail records about a call (aws-facts F.3): each action notes what it has learnt, so a call that fails
 * later is still recorded with everything known by then. Never a secret key, a session token, an assertion or a token.
 */
export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject

/** Undefined members are left out of the event. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/** The caller, in CloudTrail's format. */
export interface UserIdentity extends JsonObject {
  readonly type:
    | 'SAMLUser'
    | 'WebIdentityUser'
    | 'IAMUser'
    | 'Root'
    | 'AssumedRole'
    | 'FederatedUser'
    | 'AWSAccount'
    | 'Unknown'
  readonly principalId?: string
  readonly accountId?: string
}

export interface TrailResource extends JsonObject {
  readonly accountId: string
  /** Such as `AWS::IAM::Role`. */
  readonly type: string
  readonly ARN: string
}

export interface CloudTrailFacts {
  readonly userIdentity?: UserIdentity
  /** As CloudTrail spells them: `roleArn`, `sAMLAssertionID`. */
  readonly requestParameters?: JsonObject
  readonly responseElements?: JsonObject
  readonly resources?: readonly TrailResource[]
  /** The account whose trail gets the event: that of the role. Default: the caller's own. */
  readonly recipientAccountId?: string
}

/** Facts as they are noted: request parameters are merged, of everything else the last value counts. */
export interface TrailRecorder {
  readonly facts: CloudTrailFacts
  note(more: CloudTrailFacts): void
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** One for each call. */
export function createTrailRecorder(): TrailRecorder {
  const facts: { -readonly [Name in keyof CloudTrailFacts]: CloudTrailFacts[Name] } = {}
  return {
    facts,
    note: ({ userIdentity, requestParameters, responseElements, resources, recipientAccountId }) => {
      if (userIdentity) facts.userIdentity = userIdentity
      if (requestParameters)
        facts.requestParameters = facts.requestParameters
          ? { ...facts.requestParameters, ...requestParameters }
          : requestParameters
      if (responseElements) facts.responseElements = responseElements
      if (resources) facts.resources = resources
      if (recipientAccountId !== undefined) facts.recipientAccountId = recipientAccountId
    },
  }
}

/** `Mar 23, 2016, 2:39:57 AM`, CloudTrail's format for the expiry of credentials. */
export function trailInstant(instant: Date): string {
  const hours = instant.getUTCHours()
  const day = `${MONTHS[instant.getUTCMonth()]} ${instant.getUTCDate()}, ${instant.getUTCFullYear()}`
  const time = `${hours % 12 || 12}:${two(instant.getUTCMinutes())}:${two(instant.getUTCSeconds())}`
  return `${day}, ${time} ${hours < 12 ? 'AM' : 'PM'}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
