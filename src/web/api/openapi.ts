/** The API described: https://spec.openapis.org/oas/v3.1.0, its schemas generated from those that requests are read with. */
import { z } from 'zod'
import {
  configurationSchema,
  consoleRequestSchema,
  consoleSchema,
  credentialsRequestSchema,
  credentialsSchema,
  openApiSchema,
  problemSchema,
  rolesSchema,
  sessionSchema,
} from './schemas.ts'

interface Operation {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly answer: z.ZodType
  readonly body?: z.ZodType
  /** The statuses of its refusals, each with when it is answered. */
  readonly refusals: Readonly<Record<number, string>>
  /** `browser`: the cookie of a signed-in browser counts as well. */
  readonly access: 'public' | 'token' | 'token or browser'
}

const UNAUTHORIZED = { 401: 'No token, or one that has expired or was revoked (`session.required`).' }

const TAKING = {
  400: 'The body does not fit, or the duration is refused.',
  ...UNAUTHORIZED,
  403: 'The role is not granted, or AWS refused it.',
  409: 'You must sign in again first (`sts.evidence_stale`).',
  502: 'AWS or the identity provider failed.',
  503: 'AWS throttles, or the audit log cannot be written.',
}

const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/session',
    id: 'getSession',
    summary: 'Who you are',
    answer: sessionSchema,
    refusals: UNAUTHORIZED,
    access: 'token or browser',
  },
  {
    method: 'get',
    path: '/api/roles',
    id: 'listRoles',
    summary: 'The roles that you can use',
    answer: rolesSchema,
    refusals: UNAUTHORIZED,
    access: 'token',
  },
  {
    method: 'get',
    path: '/api/configuration',
    id: 'getConfiguration',
    summary: 'The configuration that the gateway runs, for operators',
    answer: configurationSchema,
    refusals: { ...UNAUTHORIZED, 403: 'You are not an operator (`operator.required`).' },
    access: 'token',
  },
  {
    method: 'post',
    path: '/api/credentials',
    id: 'getCredentials',
    summary: 'Temporary credentials of a role',
    body: credentialsRequestSchema,
    answer: credentialsSchema,
    refusals: TAKING,
    access: 'token',
  },
  {
    method: 'post',
    path: '/api/console',
    id: 'openConsole',
    summary: 'A URL that opens the AWS console with a role',
    body: consoleRequestSchema,
    answer: consoleSchema,
    refusals: TAKING,
    access: 'token',
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    id: 'getOpenApi',
    summary: 'This description',
    answer: openApiSchema,
    refusals: {},
    access: 'public',
  },
]

const SECURITY = {
  public: [],
  token: [{ bearer: [] }, { dpop: [] }],
  'token or browser': [{ bearer: [] }, { dpop: [] }, { browser: [] }],
}

/** `cookie`: the name of the browser's session cookie. */
export function openApi(settings: {
  readonly baseUrl: string
  readonly version: string
  readonly cookie: string
}): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'fedgate',
      version: settings.version,
      description: 'Roles and credentials for the command line. Sign in with `fedgate login`; see docs/api.md.',
    },
    servers: [{ url: settings.baseUrl }],
    paths: Object.fromEntries(operations.map((one) => [one.path, { [one.method]: described(one) }])),
    components: {
      schemas: { Problem: jsonSchema(problemSchema) },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An access token that is not bound to a key.' },
        dpop: {
          type: 'http',
          scheme: 'dpop',
          description: 'An access token that is bound to a key, with a proof in the DPoP header (RFC 9449).',
        },
        browser: { type: 'apiKey', in: 'cookie', name: settings.cookie },
      },
    },
  }
}

function described({ id, summary, body, answer, refusals, access }: Operation) {
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return {
    operationId: id,
    summary,
    security: SECURITY[access],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } } }),
    responses: {
      200: { description: summary, content: { 'application/json': { schema: jsonSchema(answer) } } },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [status, { description, content: problem }]),
      ),
    },
  }
}

/** OpenAPI 3.1 uses JSON Schema 2020-12, and says so once for the document. */
function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema)
  return rest
}
