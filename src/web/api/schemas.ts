/** The bodies of the API: what requests are read with, and what the OpenAPI description is made of. */
import { z } from 'zod'

const arn = z.string().max(2048).describe("The role's ARN.")
const account = z.string().describe('The account, 12 digits.')
const accountName = z.string().describe("The account's name, or its ID where it has none.")
const name = z.string().describe("The role's name, without its path.")
const alias = z.string().describe('A short name from the configuration.')
const provider = z.string().describe('The ID of the identity provider.')
const time = z.iso.datetime()

/** `1h 30m`, or seconds. */
const duration = z
  .union([z.int().positive(), z.string().max(50)])
  .describe('Such as `1h`, or seconds. Default: 1 hour, or the maximum of the role where it is shorter.')

export const sessionSchema = z.strictObject({
  authenticated: z.literal(true),
  provider,
  subject: z.string(),
  attributes: z.record(z.string(), z.array(z.string())),
  roles: z.array(z.strictObject({ arn, account, accountName, name, alias: alias.optional(), provider })),
  expiresAt: time.describe('When the login ends.'),
})

export const rolesSchema = z.strictObject({
  roles: z.array(
    z.strictObject({
      arn,
      account,
      accountName,
      name,
      alias: alias.optional(),
      provider,
      maxSessionSeconds: z.int().positive(),
      region: z.string().optional(),
      environment: z.string().optional().describe('What the account is used for, such as `production`.'),
      sensitive: z
        .literal(true)
        .optional()
        .describe('Only for roles that the pages ask about before they are used. The API does not ask.'),
      isPinned: z.boolean(),
      lastUsedAt: time.optional(),
      needsRecentSignIn: z
        .boolean()
        .optional()
        .describe('Only for roles that require a recent sign-in: whether you must sign in again before using it.'),
      authnContext: z
        .array(z.string())
        .optional()
        .describe('Only for roles that require a way of signing in: the authentication contexts that they accept.'),
      needsStepUp: z
        .boolean()
        .optional()
        .describe('Beside `authnContext`: whether you must sign in again with one of these before using it.'),
      evidence: z
        .enum(['original', 'reissued'])
        .describe(
          "Sent to AWS: the identity provider's own evidence, which may expire after minutes, or the gateway's.",
        ),
    }),
  ),
})

export const configurationSchema = z.strictObject({
  version: z.string().describe('Of the gateway.'),
  configuration: z
    .record(z.string(), z.unknown())
    .describe('As it is written: references to variables are not replaced, secrets are left out.'),
})

export const credentialsRequestSchema = z.strictObject({ role: arn, duration: duration.optional() })

export const credentialsSchema = z.strictObject({
  Version: z.literal(1),
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: time,
  roleArn: arn,
  region: z.string(),
})

export const consoleRequestSchema = z.strictObject({
  role: arn,
  destination: z.string().max(2048).optional().describe('A page of the AWS console or a service such as `s3`.'),
})

export const consoleSchema = z.strictObject({
  url: z.url().describe('Opens the console for anyone who has it.'),
  expiresAt: time.describe('Until when the URL works.'),
})

/** RFC 9457 */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('Stable: see docs/errors.md.'),
  hint: z.string().describe('The next step.'),
  reference: z.string().describe('The audit log has the reason under this reference.'),
})

/** What /api/openapi.json answers, as far as it is worth describing here. */
export const openApiSchema = z.looseObject({ openapi: z.literal('3.1.0') })

export type ConfigurationAnswer = z.infer<typeof configurationSchema>
export type SessionAnswer = z.infer<typeof sessionSchema>
export type RolesAnswer = z.infer<typeof rolesSchema>
export type CredentialsAnswer = z.infer<typeof credentialsSchema>
export type ConsoleAnswer = z.infer<typeof consoleSchema>
