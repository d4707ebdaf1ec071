/**
 * Everything that the gateway stores: prefix, lifetime, version and schema, each defined once. docs/store.md lists it. How
 * it is written is in define-record.ts. A schema that does not read what was
 * written before needs a new version.
 */
import { z } from 'zod'
import type { Attributes, Evidence, LogoutRef, SignIn } from '../core/identity.ts'
import { Secret } from '../core/secret.ts'
import { defineCounter, defineMark, defineRecord, defineSet } from './define-record.ts'
import type { LiveLogin } from './login/live-logins.ts'
import type { ReceivedLogout } from './login/login-index.ts'
import type { LoginRecord } from './login/logins.ts'
import type { PendingRecord } from './login/pending-logins.ts'
import type { Room } from './ports.ts'
import type { KeptTest } from './test-sign-in/keep.ts'
import type { Activity } from './user/activity.ts'
import type { StoredDevice } from './user/devices.ts'
import type { StoredPreferences } from './user/preferences.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const text = z.string()
const texts = z.array(text)

/** Milliseconds since 1970. */
const instant = z.codec(z.int(), z.date(), {
  decode: (milliseconds) => new Date(milliseconds),
  encode: (date) => date.getTime(),
})

/** In memory it is never a plain string. A store outside the process has to protect it. */
const secret = z.codec(text, z.instanceof(Secret), {
  decode: (value) => new Secret(value),
  encode: (value) => value.reveal(),
})

const attributes = z.codec(
  z.array(z.tuple([text, texts])),
  z.custom<Attributes>((value) => value instanceof Map),
  {
    decode: (entries) => new Map(entries),
    encode: (map) => [...map].map(([name, values]): [string, string[]] => [name, [...values]]),
  },
)

/** Texts that come from outside: a role that was asked for, a browser's name for itself. */
const LONGEST_TEXT = 300
const cutText = z.codec(text, text, {
  decode: (value) => value,
  encode: (value) => (value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value),
})

const qualifiers = {
  format: text.exactOptional(),
  nameQualifier: text.exactOptional(),
  spNameQualifier: text.exactOptional(),
}

const evidence: z.ZodType<Evidence> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('saml'),
    response: secret.exactOptional(),
    issuedAt: instant,
    expiresAt: instant,
    confirmationCount: z.int(),
    isEncrypted: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('web-identity'),
    token: secret,
    issuedAt: instant,
    expiresAt: instant,
    accessToken: z
      .strictObject({
        providerId: z.enum(['www.amazon.com', 'graph.facebook.com']),
        application: text,
        user: text,
      })
      .exactOptional(),
  }),
])

const logoutRef: z.ZodType<LogoutRef> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('saml'),
    nameId: z.strictObject({ value: text, ...qualifiers }),
    sessionIndex: text.exactOptional(),
    furtherSessionIndexes: texts.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('oidc'),
    subject: text,
    sid: text.exactOptional(),
    idToken: secret.exactOptional(),
  }),
])

const signIn: z.ZodType<SignIn> = z.strictObject({
  identity: z.strictObject({
    provider: text,
    protocol: z.enum(['saml', 'oidc']),
    issuer: text,
    subject: text,
    subjectFormat: text.exactOptional(),
    attributes,
    authenticatedAt: instant,
    isTimeAssumed: z.literal(true).exactOptional(),
    authnContext: texts.exactOptional(),
    idpMarks: z
      .strictObject({
        registrationAuthority: texts,
        entityCategory: texts,
        assuranceCertification: texts,
        idpScope: texts,
      })
      .exactOptional(),
  }),
  evidence,
  logoutRef,
  renewal: z.strictObject({ refreshToken: secret, nonce: text }).exactOptional(),
  sessionEndsAt: instant.exactOptional(),
  leftOut: z
    .array(
      z.strictObject({
        attribute: text,
        values: texts,
        reason: z.enum(['not verified', 'not said to be verified', 'not in the token']).exactOptional(),
      }),
    )
    .exactOptional(),
})

const signedInFrom = z.strictObject({ provider: text, issuer: text })

export const sessions = defineRecord({
  prefix: 'session',
  holds: "a browser's session: the id of its login, its provider, and when it was last used",
  lifetime: { until: 'unused for `session.idle`' },
  version: 2,
  schema: z.strictObject({
    loginId: text.exactOptional(),
    from: signedInFrom.exactOptional(),
    usedAt: instant,
  }),
})

const login: z.ZodType<LoginRecord> = z.strictObject({
  signInId: text,
  startedAt: instant,
  expiresAt: instant,
  from: z.strictObject({ sourceIp: text, userAgent: text }).exactOptional(),
  earlierSessionIndexes: texts.exactOptional(),
})

export const logins = defineRecord({
  prefix: 'login',
  holds: 'a login: since when, until when, and the id of its sign-in',
  lifetime: { until: 'the login ends (`session.lifetime`)' },
  version: 1,
  schema: login,
})

/** Written once, as soon as it is verified; the login that it becomes only extends it. */
export const signIns = defineRecord({
  prefix: 'sign-in',
  holds: 'what the provider asserted, with its tokens and with original evidence',
  lifetime: { until: 'the login ends, or 5 minutes without one' },
  version: 2,
  schema: signIn,
  isRemembered: true,
})

export const unfinishedLogins = defineRecord({
  prefix: 'unfinished',
  holds: 'a verified sign-in that its browser has not fetched yet',
  lifetime: { seconds: 5 * MINUTE },
  version: 1,
  schema: z.strictObject({
    signInId: text,
    begunAt: instant.exactOptional(),
    arrivedAt: instant,
    returnTo: text,
    binding: text.exactOptional(),
    renews: text.exactOptional(),
  }),
})

export const finishedLogins = defineRecord({
  prefix: 'finished',
  holds: 'where a finished login led, for the page loaded again',
  lifetime: { until: 'the login ends' },
  version: 1,
  schema: z.strictObject({ loginId: text, returnTo: text }),
})

const started = {
  provider: text,
  returnTo: text.exactOptional(),
  binding: text,
  isPassive: z.boolean().exactOptional(),
  renews: text.exactOptional(),
  testFor: text.exactOptional(),
  maxAuthAgeSeconds: z.number().exactOptional(),
  authnContext: texts.exactOptional(),
  begunAt: instant,
}

const pendingLogin: z.ZodType<PendingRecord> = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.literal('saml'), requestId: text, idp: text.exactOptional(), ...started }),
  z.strictObject({
    protocol: z.literal('oidc'),
    nonce: text,
    codeVerifier: text,
    maxAgeSeconds: z.number().exactOptional(),
    acrValues: texts.exactOptional(),
    ...started,
  }),
])

export const pendingLogins = defineRecord({
  prefix: 'pending',
  holds: 'a login that was started and not answered',
  lifetime: { seconds: 15 * MINUTE },
  version: 2,
  schema: pendingLogin,
})

/**
 * Anyone can start logins and leave them unfinished. At 50,000 within fifteen minutes, or 7,000 with the longest paths to
 * return to, no more are started; with what the store needs besides, that is less than 25 MB.
 */
export const PENDING_ROOM: Room = { name: 'pending', mostRecords: 50_000, mostOctets: 16 * 1024 * 1024 }

export const postedCallbacks = defineRecord({
  prefix: 'callback',
  holds: "an OpenID provider's `form_post`, until the browser brings its cookie",
  lifetime: { seconds: 5 * MINUTE },
  version: 1,
  schema: text,
})

/** A form comes without a cookie, so anyone who started a login can send one for it. It has 6 kB at most. */
export const CALLBACK_ROOM: Room = { name: 'callback', mostRecords: 10_000, mostOctets: 8 * 1024 * 1024 }

/** Twice as long as a login may be pending. */
export const answeredRequests = defineMark({
  prefix: 'answered',
  holds: 'an authentication request that was answered',
  lifetime: { seconds: 30 * MINUTE },
})

export const usedAssertions = defineMark({
  prefix: 'assertion',
  holds: 'a SAML assertion that was used',
  lifetime: { until: 'the assertion expires (`NotOnOrAfter`, clock skew included)' },
})

export const loginsOfSubject = defineSet({
  prefix: 'logins-of',
  holds: "ids of a user's logins, under a keyed hash",
  lifetime: { until: 'each login ends' },
  version: 1,
  schema: text,
})

const liveLogin: z.ZodType<LiveLogin> = z.strictObject({
  id: text,
  provider: text,
  issuer: text,
  subject: text,
  name: cutText,
  startedAt: instant,
})

/** For operators: in 64 parts, so that no key has all of a large gateway's logins. */
export const liveLogins = defineSet({
  prefix: 'live-logins',
  holds: 'who is signed in: ids of logins, with their users and since when',
  lifetime: { until: 'each login ends' },
  version: 1,
  schema: liveLogin,
})

const findings = z.array(
  z.strictObject({
    name: text,
    outcome: z.enum(['pass', 'fail', 'unknown', 'not-run']),
    expected: text.exactOptional(),
    found: text.exactOptional(),
    source: text.exactOptional(),
    warning: text.exactOptional(),
  }),
)

const keptTest: z.ZodType<KeptTest> = z.strictObject({
  provider: text,
  owner: text,
  binding: text,
  at: instant,
  reference: text,
  verdict: findings,
  refusal: z.strictObject({ code: text, sentence: text, hint: text, reason: text.exactOptional() }).exactOptional(),
  signIn: signIn.exactOptional(),
})

export const testSignIns = defineRecord({
  prefix: 'test-sign-in',
  holds: 'the result of a test sign-in, for the operator who started it',
  lifetime: { seconds: 15 * MINUTE },
  version: 1,
  schema: keptTest,
})

const receivedLogout: z.ZodType<ReceivedLogout> = z.strictObject({
  sessionIndexes: texts,
  qualifiers: z.strictObject(qualifiers).exactOptional(),
  issueInstant: instant,
  receivedAt: instant,
})

export const logoutsOfSubject = defineSet({
  prefix: 'logouts-of',
  holds: "logouts of a user's sessions, for sign-ins still on their way",
  lifetime: { seconds: HOUR },
  version: 1,
  schema: receivedLogout,
})

export const logoutOutcomes = defineRecord({
  prefix: 'logout',
  holds: 'the result of a logout that this browser began',
  lifetime: { seconds: 15 * MINUTE },
  version: 1,
  schema: z.strictObject({
    provider: text,
    outcome: z.enum(['complete', 'partial', 'failed', 'unheard', 'returned', 'unsigned']),
  }),
})

export const sentLogoutRequests = defineRecord({
  prefix: 'logout-request',
  holds: 'a logout of ours that the provider has not answered or confirmed yet',
  lifetime: { seconds: 15 * MINUTE },
  version: 1,
  schema: z.strictObject({ ...signedInFrom.shape, handle: text }),
})

export const usedLogoutRequests = defineMark({
  prefix: 'logout-asked',
  holds: "an identity provider's LogoutRequest that was used",
  lifetime: { until: 'the request expires (`NotOnOrAfter`, clock skew included)' },
})

export const usedLogoutTokens = defineMark({
  prefix: 'logout-token',
  holds: 'a logout token that was used',
  lifetime: { until: 'the token is no longer accepted' },
})

export const readinessProbes = defineRecord({
  prefix: 'readiness',
  holds: 'what a readiness check writes and takes',
  lifetime: { seconds: 4 },
  version: 1,
  schema: text,
})

const storedPreferences: z.ZodType<StoredPreferences> = z.strictObject({
  pins: texts,
  recent: z.array(z.strictObject({ arn: text, takenAt: instant })),
  durations: z.codec(
    z.array(z.tuple([text, text])),
    z.custom<ReadonlyMap<string, string>>((value) => value instanceof Map),
    { decode: (entries) => new Map(entries), encode: (map) => [...map] },
  ),
})

export const preferences = defineRecord({
  prefix: 'preferences',
  holds: "a user's pins, recent roles and durations, under a keyed hash",
  lifetime: { seconds: 180 * DAY },
  version: 1,
  schema: storedPreferences,
})

const occurrence = {
  at: instant,
  reference: cutText,
  sourceIp: cutText,
  userAgent: cutText,
  device: cutText.exactOptional(),
}

const activity: z.ZodType<Activity> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum([
      'sign-in',
      'renewal',
      'sign-out',
      'provider-sign-out',
      'operator-sign-out',
      'device-sign-in',
      'device-sign-out',
      'device-token-reused',
    ]),
    ...occurrence,
  }),
  z.strictObject({
    kind: z.literal('exchange'),
    ...occurrence,
    role: cutText,
    sessionName: cutText,
    accessKeyId: cutText,
    expiresAt: instant,
    region: cutText,
    destination: cutText.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('denied'), ...occurrence, role: cutText, code: cutText, sentence: cutText }),
])

const activityList: z.ZodType<readonly Activity[]> = z.array(activity)

/** As long as CloudTrail's event history. */
export const activities = defineRecord({
  prefix: 'activity',
  holds: "a user's last sign-ins and exchanges, under a keyed hash",
  lifetime: { seconds: 90 * DAY },
  version: 2,
  schema: activityList,
})

/** Of a fixed number of keys: see operations/rate-limit.ts. */
export const requestCounts = defineCounter({
  prefix: 'rate',
  holds: 'how many requests addresses with this hash have sent',
  lifetime: { until: 'the second, minute or hour of the limit ends' },
})

/**
 * What the library for OAuth (src/authorization) keeps of a request, a code or a token, without its value: the key is the
 * value's hash. The library checks the content.
 */
const oauthRecord = z.strictObject({ payload: z.record(text, z.json()), expiresAt: instant })

export const authorizationRequests = defineRecord({
  prefix: 'oauth-request',
  holds: 'a request of the command line that waits for the user to sign in and allow it',
  lifetime: { seconds: 15 * MINUTE },
  version: 1,
  schema: oauthRecord,
})

/** Anyone can start requests. One has 6 kB at most. */
export const AUTHORIZATION_ROOM: Room = { name: 'oauth-request', mostRecords: 10_000, mostOctets: 16 * 1024 * 1024 }

export const authorizationCodes = defineRecord({
  prefix: 'oauth-code',
  holds: 'an authorization code, under its hash',
  lifetime: { seconds: MINUTE },
  version: 1,
  schema: oauthRecord,
})

export const deviceCodes = defineRecord({
  prefix: 'oauth-device-code',
  holds: 'a device code, under its hash, with the address and the program that asked',
  lifetime: { seconds: 10 * MINUTE },
  version: 1,
  schema: oauthRecord,
})

/** Anyone can ask for device codes. */
export const DEVICE_CODE_ROOM: Room = { name: 'oauth-device-code', mostRecords: 10_000, mostOctets: 16 * 1024 * 1024 }

export const userCodes = defineRecord({
  prefix: 'oauth-user-code',
  holds: 'the device code of a code that a user types in',
  lifetime: { seconds: 10 * MINUTE },
  version: 1,
  schema: secret,
})

export const decidedDeviceCodes = defineMark({
  prefix: 'oauth-decided',
  holds: 'a device code that a user allowed or refused',
  lifetime: { seconds: 10 * MINUTE },
})

export const userCodeTries = defineCounter({
  prefix: 'oauth-tries',
  holds: 'how many codes a user has typed in, under a keyed hash',
  lifetime: { seconds: 15 * MINUTE },
})

export const accessTokens = defineRecord({
  prefix: 'oauth-access-token',
  holds: "an access token, under its hash, with the hash of the device's key",
  lifetime: { seconds: 10 * MINUTE },
  version: 1,
  schema: oauthRecord,
})

/** Used ones too, as a second use has to be noticed. */
export const refreshTokens = defineRecord({
  prefix: 'oauth-refresh-token',
  holds: 'a refresh token, used or not, under its hash',
  lifetime: { until: 'the login ends' },
  version: 1,
  schema: oauthRecord,
})

export const usedProofs = defineMark({
  prefix: 'oauth-proof',
  holds: 'a DPoP proof that was used',
  lifetime: { seconds: 15 * MINUTE },
})

export const grants = defineRecord({
  prefix: 'oauth-grant',
  holds: 'what the user allowed a device: every token of it hangs on this',
  lifetime: { until: 'the login ends' },
  version: 1,
  schema: oauthRecord,
})

const device: z.ZodType<StoredDevice> = z.strictObject({
  loginId: text,
  name: cutText,
  signedInAt: instant,
  usedAt: instant,
  from: z.strictObject({ sourceIp: cutText, userAgent: cutText }),
  expiresAt: instant,
})

export const devices = defineRecord({
  prefix: 'oauth-device',
  holds: 'a device that is signed in: its name, since when, and where from',
  lifetime: { until: 'the login ends, or 10 minutes where it never asked for a token' },
  version: 1,
  schema: device,
})

export const grantsOfLogin = defineSet({
  prefix: 'oauth-grants-of',
  holds: "ids of a login's grants",
  lifetime: { until: 'the login ends' },
  version: 1,
  schema: text,
})

/** All of the above, for the documentation and its test. */
export const storeRecords = [
  sessions,
  logins,
  signIns,
  unfinishedLogins,
  finishedLogins,
  pendingLogins,
  postedCallbacks,
  answeredRequests,
  usedAssertions,
  loginsOfSubject,
  liveLogins,
  testSignIns,
  logoutsOfSubject,
  logoutOutcomes,
  sentLogoutRequests,
  usedLogoutRequests,
  usedLogoutTokens,
  readinessProbes,
  preferences,
  activities,
  requestCounts,
  authorizationRequests,
  authorizationCodes,
  deviceCodes,
  userCodes,
  decidedDeviceCodes,
  userCodeTries,
  accessTokens,
  refreshTokens,
  usedProofs,
  grants,
  devices,
  grantsOfLogin,
] as const
