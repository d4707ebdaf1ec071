/** The state file: YAML, each problem with the line and column it stands on. */
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { maxSessionDuration } from '../../aws/facts/limits.ts'
import { parseArn, parseRoleArn } from '../../core/arn.ts'
import { Secret } from '../../core/secret.ts'
import { LocalAwsError } from '../errors.ts'
import type { LocalAwsState } from '../state.ts'

const roleArn = z.string().refine((text) => parseRoleArn(text) !== undefined, 'expected the ARN of a role')
const arnOf = (resource: RegExp, what: string) =>
  z.string().refine((text) => {
    const arn = parseArn(text)
    return arn?.service === 'iam' && /^\d{12}$/.test(arn.account) && resource.test(arn.resource)
  }, `expected the ARN of ${what}`)

const stateSchema = z.strictObject({
  accounts: z
    .array(
      z.strictObject({
        id: z.string().regex(/^\d{12}$/, 'expected twelve digits in quotes'),
        name: z.string().optional(),
      }),
    )
    .default([]),
  users: z
    .array(
      z.strictObject({
        arn: arnOf(/^user\/.+/, 'a user'),
        accessKeyId: z.string().regex(/^\w{16,128}$/),
        secretAccessKey: z.string().min(1),
      }),
    )
    .default([]),
  roles: z
    .array(
      z.strictObject({
        arn: roleArn,
        trustPolicy: z.union([z.string(), z.record(z.string(), z.unknown())]),
        maxSessionDuration: z.int().min(maxSessionDuration.min).max(maxSessionDuration.max).optional(),
      }),
    )
    .default([]),
  samlProviders: z
    .array(z.strictObject({ arn: arnOf(/^saml-provider\/[\w.-]{1,128}$/, 'a SAML provider'), metadata: z.string() }))
    .default([]),
  oidcProviders: z
    .array(
      z.strictObject({
        arn: arnOf(/^oidc-provider\/.+/, 'an OpenID provider'),
        url: z.url(),
        clientIds: z.array(z.string().min(1)).max(100),
      }),
    )
    .default([]),
})

/** Reads the state file. Throws LocalAwsError `local_aws.state_invalid` with all problems. */
export const parseLocalAwsState = (yaml: string): LocalAwsState => {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { uniqueKeys: true, strict: true, lineCounter })
  if (document.errors.length > 0) throw invalidState(document.errors.map(({ message }) => message))
  const parsed = stateSchema.safeParse(document.toJS({ maxAliasCount: 20 }) ?? {})
  if (!parsed.success)
    throw invalidState(
      parsed.error.issues.map(
        ({ path, message }) => `${placeOf(document, lineCounter, path)} ${path.map(String).join('.')}: ${message}`,
      ),
    )
  const { users, ...rest } = parsed.data
  return {
    ...rest,
    users: users.map(({ secretAccessKey, ...user }) => ({ ...user, secretAccessKey: new Secret(secretAccessKey) })),
  }
}

/** `line:column` of the value there, or of what is nearest around it. */
const placeOf = (document: Document, lineCounter: LineCounter, path: readonly PropertyKey[]): string => {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (!isNode(node) || !node.range) continue
    const { line, col } = lineCounter.linePos(node.range[0])
    return `${line}:${col}`
  }
  return '1:1'
}

const invalidState = (problems: readonly string[]): LocalAwsError =>
  new LocalAwsError('local_aws.state_invalid', problems)
