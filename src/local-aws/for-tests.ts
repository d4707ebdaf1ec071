/**
 * `fedgate/local-aws`: a local AWS inside a test of another project. The types are complete in themselves, so that the
 * package ships one declaration file and not those of the whole program.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { stringify } from 'yaml'
import { administrator, sampleState } from './sample.ts'
import { startLocalAws as startServer } from './server.ts'
import { parseLocalAwsState } from './state/file.ts'
import { stateYaml } from './state/write-file.ts'
import type { LocalAwsState } from './state.ts'

export interface LocalAwsOptions {
  /** The loopback port. Default: any free one. */
  readonly port?: number
  /** What a state file has (docs/local-aws.md): its text, or the same as an object. Default: one account with one user. */
  readonly state?: string | Readonly<Record<string, unknown>>
  /** Instead: the path of a state file. */
  readonly stateFile?: string
  /** Adds an encoded message to each refusal of STS and IAM. Default: false, as AWS. */
  readonly encodedMessages?: boolean
  /** The clock, for sessions that expire and tokens that are too old. */
  readonly now?: () => Date
  /** Receives a line for each call, with the reason of a refusal that AWS would not reveal. */
  readonly log?: (line: string) => void
}

export interface AccessKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What a token is to say; a value that is left out has a default. */
export type TokenRequest =
  | ({ readonly shape: 'github-actions' } & Partial<
      Readonly<
        Record<
          | 'audience'
          | 'repository'
          | 'ref'
          | 'environment'
          | 'workflow'
          | 'actor'
          | 'event_name'
          | 'job_workflow_ref'
          | 'sub',
          string
        >
      >
    >)
  | ({ readonly shape: 'eks' } & Partial<
      Readonly<Record<'audience' | 'issuer' | 'namespace' | 'service_account' | 'pod', string>>
    >)
  | ({ readonly shape: 'spiffe' } & Partial<Readonly<Record<'audience' | 'issuer' | 'trust_domain' | 'path', string>>>)

export interface LocalAws {
  /** `http://127.0.0.1:…`: the endpoint for every client. */
  readonly url: string
  /** Of the first user of the state, or of an administrator if it has no user. */
  readonly credentials: AccessKeys
  /** For processes that a test starts: endpoint, region and keys in the variables that AWS's tools read. */
  readonly env: Readonly<Record<string, string>>
  /** A token as GitHub Actions, EKS or SPIRE would issue it, which only this local AWS accepts. */
  token(request: TokenRequest): Promise<string>
  /** The state as it is now, as the text of a state file. Contains secrets. */
  state(): string
  /** Resolves when all connections are closed. */
  close(): Promise<void>
}

/**
 * Starts a local AWS on loopback. Rejects with a message for each problem of the state, and with Node's own error if the
 * port is in use.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const state = withUser(stateOf(options))
  const { port = 0, encodedMessages, now, log } = options
  const server = await startServer({
    listen: { host: '127.0.0.1', port },
    state,
    allowHttpIssuers: true,
    testTokens: true,
    encodedMessages,
    ...(now && { now }),
    ...(log && { log }),
  })
  const [user] = state.users
  const credentials = { accessKeyId: user.accessKeyId, secretAccessKey: user.secretAccessKey.reveal() }
  return {
    url: server.url,
    credentials,
    env: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    token: (request) => tokenFrom(server.url, request),
    state: () => stateYaml(server.written()),
    close: server.close,
  }
}

function stateOf({ state, stateFile }: LocalAwsOptions): LocalAwsState {
  if (stateFile !== undefined) {
    return parseLocalAwsState(readFileSync(stateFile, 'utf8'), (path) =>
      readFileSync(resolve(dirname(stateFile), path), 'utf8'),
    )
  }
  if (state === undefined) return sampleState()
  return parseLocalAwsState(typeof state === 'string' ? state : stringify(state))
}

/** With an administrator of the first account, where nobody else could make a call. */
function withUser(state: LocalAwsState) {
  const [first, ...others] = state.users
  return { ...state, users: [first ?? administrator(state.accounts[0]?.id ?? '111122223333'), ...others] as const }
}

async function tokenFrom(url: string, request: TokenRequest): Promise<string> {
  const query = new URLSearchParams({ ...request, format: 'text' })
  const response = await fetch(`${url}/tokens?${query}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text.trim())
  return text
}
