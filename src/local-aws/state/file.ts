/** The state file: YAML, each problem with its line and column. Its schema is in schema.ts. */
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { Secret } from '../../core/secret.ts'
import { LocalAwsError } from '../errors.ts'
import type { LocalAwsState, MfaState, SamlProviderState } from '../state.ts'
import { type StateFile, stateSchema } from './schema.ts'

/** Returns the text of a file that the state names, by its path as written; throws if there is none. */
export type ReadText = (path: string) => string

interface Problem {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

const MOST_ALIASES = 20

const nowhere: ReadText = () => {
  throw new Error('there is no folder to look in')
}

/** A text in the state file itself, or in the file that it names. */
type TextOf = (value: string, isText: RegExp, ...path: PropertyKey[]) => string

type MfaInFile = NonNullable<StateFile['users'][number]['mfa']>

/** Reads the state file. Throws LocalAwsError `local_aws.state_invalid` with all problems. */
export function parseLocalAwsState(yaml: string, readText: ReadText = nowhere): LocalAwsState {
  const lineCounter = new LineCounter()
  const document = parseDocument(yaml, { uniqueKeys: true, strict: true, lineCounter })
  if (document.errors.length > 0) throw invalidState(document.errors.map(({ message }) => message))
  const told = ({ path, message }: Problem): string =>
    `${placeOf(document, lineCounter, path)} ${path.map(String).join('.')}: ${message}`
  const parsed = stateSchema.safeParse(contentsOf(document) ?? {})
  if (!parsed.success) throw invalidState(parsed.error.issues.map(told))
  const problems: Problem[] = []
  const state = fromFile(parsed.data, fileOr(readText, problems))
  if (problems.length > 0) throw invalidState(problems.map(told))
  return state
}

function invalidState(problems: readonly string[]): LocalAwsError {
  return new LocalAwsError('local_aws.state_invalid', problems)
}

/** `line:column` of the value, or of the nearest enclosing value. */
function placeOf(document: Document, lineCounter: LineCounter, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (!isNode(node) || !node.range) continue
    const { line, col } = lineCounter.linePos(node.range[0])
    return `${line}:${col}`
  }
  return '1:1'
}

/**
 * Without other errors only an alias can be invalid. It is not named: an unquoted secret may begin with an asterisk.
 */
function contentsOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    throw invalidState([
      `1:1 expected at most ${MOST_ALIASES} aliases, each of an anchor before it, and in quotes what begins with *`,
    ])
  }
}

function fromFile(file: StateFile, textOf: TextOf): LocalAwsState {
  const { accounts, users, samlProviders, tradeInTokens, ...rest } = file
  return {
    ...rest,
    accounts: accounts.map(({ root, ...account }) => ({
      ...account,
      root: root && { ...withSecret(root), mfa: mfaOf(root.mfa) },
    })),
    users: users.map(({ mfa, moreAccessKeys, ...user }) => ({
      ...withSecret(user),
      mfa: mfaOf(mfa),
      moreAccessKeys: moreAccessKeys?.map(withSecret),
    })),
    tradeInTokens: tradeInTokens.map(({ token, ...one }) => ({ ...one, token: new Secret(token) })),
    samlProviders: samlProviders.map(
      ({ metadata, privateKeys, ...provider }, n): SamlProviderState => ({
        ...provider,
        metadata: textOf(metadata, /^\s*</, 'samlProviders', n, 'metadata'),
        privateKeys: privateKeys?.map(
          (pem, k) => new Secret(textOf(pem, /-----BEGIN /, 'samlProviders', n, 'privateKeys', k)),
        ),
      }),
    ),
  }
}

function withSecret<Key extends { readonly secretAccessKey: string }>(key: Key) {
  return {
    ...key,
    secretAccessKey: new Secret(key.secretAccessKey),
  }
}

function mfaOf(devices: MfaInFile | undefined): readonly MfaState[] | undefined {
  return devices?.map(({ serial, secret: totp, code }) => ({ serial, secret: secret(totp), code: secret(code) }))
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}

function fileOr(readText: ReadText, problems: Problem[]): TextOf {
  return (value, isText, ...path) => {
    if (isText.test(value)) return value
    try {
      return readText(value)
    } catch (error) {
      problems.push({ path, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}` })
      return ''
    }
  }
}
