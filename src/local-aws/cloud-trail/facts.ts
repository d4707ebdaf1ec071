/**
 * What CloudTrail tells of a call (aws-facts F.3): each action notes what it has learnt, so that a call that fails
 * later is still recorded with as much as was known. Never a secret key, a session token, an assertion or a token.
 */
export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject

/** Members that are undefined are left out of the event. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/** Who called, in CloudTrail's words. */
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
  /** In whose trail the event is: the account of the role. The caller's own when nothing else is said. */
  readonly recipientAccountId?: string
}

/** Facts as they come in: request parameters add up, of everything else the last word counts. */
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
    note: ({ requestParameters, ...more }) => {
      Object.assign(facts, more)
      if (requestParameters)
        facts.requestParameters = facts.requestParameters
          ? { ...facts.requestParameters, ...requestParameters }
          : requestParameters
    },
  }
}

/** `Mar 23, 2016, 2:39:57 AM`, as CloudTrail writes the end of credentials. */
export function trailInstant(instant: Date): string {
  const hours = instant.getUTCHours()
  const day = `${MONTHS[instant.getUTCMonth()]} ${instant.getUTCDate()}, ${instant.getUTCFullYear()}`
  const time = `${hours % 12 || 12}:${two(instant.getUTCMinutes())}:${two(instant.getUTCSeconds())}`
  return `${day}, ${time} ${hours < 12 ? 'AM' : 'PM'}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
