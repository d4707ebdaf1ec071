/**
 * What a configuration needs to be told, from flags or from a user at a terminal. Each question has one flag and one
 * check, so both ways accept the same. Start at completeAnswers.
 */
import { nearest } from '../../core/text/suggest.ts'
import { type OidcPreset, type PresetParameter, presetParameters } from '../../presets/oidc-preset.ts'
import { oidcPresetNames, oidcPresetOf } from '../../presets/oidc-presets.ts'
import { samlPresetIds, samlPresets } from '../../presets/saml/presets.ts'
import { InitError } from '../errors.ts'
import { accountsIn, type ListedAccount } from '../inventory/lists.ts'
import type { InitOptions } from '../options.ts'
import { ruleAnswers } from './access-answers.ts'
import { type Asking, answerTo, pairIn, valid } from './asking.ts'
import { registrationLines } from './registration.ts'

export interface InitAnswers {
  readonly baseUrl: string
  readonly id: string
  readonly protocol: 'saml' | 'oidc'
  /** The value of `preset`; undefined: none. */
  readonly preset?: string
  readonly saml?: { readonly metadata: string }
  readonly oidc?: {
    /** Only without a preset. */
    readonly issuer?: string
    readonly parameters: Readonly<Partial<Record<PresetParameter, string>>>
    readonly clientId: string
    /** undefined: a public client. */
    readonly clientSecret?: string
  }
  readonly accounts: readonly ListedAccount[]
  readonly leftOutAccounts: readonly string[]
  /** How the names of groups give account and role: `aws-{account}-{role}`. */
  readonly groupRule?: string
  /** Further rules: a value of the group attribute, and the roles that it grants. */
  readonly grants: readonly { readonly value: string; readonly roles: readonly string[] }[]
  /** The attribute that both are about. */
  readonly groupAttribute: string
  /** Conditions that every rule has besides: `hd=example.com`. */
  readonly conditions: readonly { readonly attribute: string; readonly value: string }[]
  /** Names of roles, for what the rules leave open. */
  readonly roles: readonly string[]
  /** The group whose members may see /status. */
  readonly operators?: string
  readonly sts: 'aws' | 'local'
  readonly region: string
  readonly service: 'systemd' | 'compose' | 'none'
}

const ID = /^[a-z0-9-]{1,32}$/
const ACCOUNT_ID = /^\d{12}$/
const REGION = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/

/** All answers. Throws InitError (`init.answer_missing`, `init.answer_invalid`) or InventoryError. */
export async function completeAnswers(options: InitOptions, asking: Asking): Promise<InitAnswers> {
  const baseUrl = (
    await answerTo(asking, {
      flag: '--base-url',
      text: 'Public URL of the gateway, such as https://aws.example.com',
      given: options.baseUrl,
      problem: originProblem,
    })
  ).replace(/\/$/, '')
  const { protocol, preset } = await providerKind(options, asking)
  const id = await answerTo(asking, {
    flag: '--id',
    text: `Short name of the provider in URLs [${preset ?? 'corp'}]`,
    given: options.id,
    otherwise: preset ?? 'corp',
    problem: (text) => (ID.test(text) ? undefined : 'up to 32 lower-case letters, digits and hyphens'),
  })
  if (asking.ask)
    for (const line of registrationLines({ baseUrl, id, protocol, ...(preset && { preset }) })) asking.say(line)
  const own =
    protocol === 'saml'
      ? { saml: await samlAnswers(options, asking) }
      : { oidc: await oidcAnswers(options, preset, asking) }
  const { accounts, leftOut } = await accountAnswers(options, asking)
  const rules = await ruleAnswers(options, { preset, protocol }, asking)
  const isLocal = /^http:/.test(baseUrl)
  return {
    ...{ baseUrl, id, protocol, accounts, leftOutAccounts: leftOut },
    ...(preset === undefined ? {} : { preset }),
    ...own,
    ...rules,
    sts: options.sts ?? (isLocal ? 'local' : 'aws'),
    region: valid('--region', options.region, (text) =>
      REGION.test(text) ? undefined : 'an AWS region such as eu-west-1',
    ),
    service: options.service,
  }
}

function originProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isLoopback = url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  const isOrigin = url?.pathname === '/' && !/[?#@]/.test(text)
  return isOrigin && (url.protocol === 'https:' || isLoopback)
    ? undefined
    : 'an https URL without a path (http on loopback only)'
}

async function providerKind({ preset: given, protocol, metadata, issuer }: InitOptions, asking: Asking) {
  if (given !== undefined) return presetAnswer(given, protocol)
  const inferred = protocol ?? (metadata === undefined ? (issuer === undefined ? undefined : 'oidc') : 'saml')
  if (!asking.ask) {
    if (inferred !== undefined) return { protocol: inferred }
    throw new InitError('init.answer_missing', {
      sentence: 'The identity provider is missing.',
      hint: `Specify --preset (${allPresets().join(', ')}), or --protocol saml with --metadata, or --protocol oidc with --issuer.`,
    })
  }
  const chosen =
    inferred ??
    ((await answerTo(asking, {
      flag: '--protocol',
      text: 'Protocol of the identity provider, saml or oidc',
      given: undefined,
      problem: (text) => (text === 'saml' || text === 'oidc' ? undefined : 'saml or oidc'),
    })) as 'saml' | 'oidc')
  const known: readonly string[] = chosen === 'saml' ? samlPresetIds : oidcPresetNames
  const preset = await answerTo(asking, {
    flag: '--preset',
    text: `Product: ${known.join(', ')} [another one]`,
    given: undefined,
    otherwise: '',
    problem: (text) => (known.includes(text) ? undefined : `one of ${known.join(', ')}, or nothing`),
  })
  return { protocol: chosen, ...(preset === '' ? {} : { preset }) }
}

function allPresets(): readonly string[] {
  return [...new Set([...samlPresetIds, ...oidcPresetNames])]
}

/** A product may be a preset of both protocols. */
function presetAnswer(preset: string, protocol: 'saml' | 'oidc' | undefined) {
  const isSaml = samlPresets.has(preset)
  const isOidc = oidcPresetOf({ preset }) !== undefined
  const wanted = protocol ?? (isSaml && isOidc ? undefined : isSaml ? 'saml' : 'oidc')
  if (!isSaml && !isOidc) {
    const suggestion = nearest(preset, allPresets())
    throw new InitError('init.answer_invalid', {
      sentence: `--preset: there is no preset ${preset}.${suggestion === undefined ? '' : ` Did you mean ${suggestion}?`}`,
      hint: `Choose one of ${allPresets().join(', ')}, or leave --preset out.`,
    })
  }
  if (wanted === undefined)
    throw new InitError('init.answer_missing', {
      sentence: `${preset} is a preset for SAML and for OpenID Connect.`,
      hint: 'Add --protocol saml or --protocol oidc.',
    })
  if (wanted === 'saml' ? isSaml : isOidc) return { protocol: wanted, preset }
  throw new InitError('init.answer_invalid', {
    sentence: `--preset: ${preset} is not a preset for ${wanted === 'saml' ? 'SAML' : 'OpenID Connect'}.`,
    hint: `Choose one of ${(wanted === 'saml' ? samlPresetIds : oidcPresetNames).join(', ')}.`,
  })
}

async function samlAnswers({ metadata }: InitOptions, asking: Asking) {
  const answer = await answerTo(asking, {
    flag: '--metadata',
    text: "The provider's SAML metadata: an https URL or a file",
    given: metadata,
    problem: (text) => (/^https?:/.test(text) && !URL.canParse(text) ? 'a URL or a file' : undefined),
  })
  if (!/^https?:/.test(answer))
    await asking.readText(answer).catch((cause: unknown) => {
      throw new InitError('init.answer_invalid', { sentence: `--metadata: the file ${answer} cannot be read.`, cause })
    })
  return { metadata: answer }
}

async function oidcAnswers(options: InitOptions, name: string | undefined, asking: Asking) {
  const preset = name === undefined ? undefined : oidcPresetOf({ preset: name })
  const parameters = preset ? await parameterAnswers(options, preset, asking) : noParameters(options)
  const issuer = preset
    ? undefined
    : await answerTo(asking, {
        flag: '--issuer',
        text: 'Issuer of the provider, exactly as in its discovery document',
        given: options.issuer,
        problem: (text) => (URL.canParse(text) ? undefined : 'a URL'),
      })
  const clientId = await answerTo(asking, { flag: '--client-id', text: 'Client ID', given: options.clientId })
  const clientSecret = await secretAnswer(options, asking)
  return {
    parameters,
    clientId,
    ...(issuer === undefined ? {} : { issuer }),
    ...(clientSecret === '' ? {} : { clientSecret }),
  }
}

/** A secret on the command line would be in the shell's history and in the list of processes. */
async function secretAnswer({ clientSecretFile: file }: InitOptions, asking: Asking): Promise<string> {
  if (file === undefined)
    return answerTo(asking, {
      flag: '--client-secret-file',
      text: 'Client secret (not shown) [a public client has none]',
      given: undefined,
      otherwise: '',
      hidden: true,
    })
  const text = await asking.readText(file).catch((cause: unknown) => {
    throw new InitError('init.answer_invalid', {
      sentence: `--client-secret-file: the file ${file} cannot be read.`,
      cause,
    })
  })
  if (text.trim() !== '') return text.trim()
  throw new InitError('init.answer_invalid', { sentence: `--client-secret-file: the file ${file} is empty.` })
}

type Parameters = Partial<Record<PresetParameter, string>>

function noParameters({ set = [] }: InitOptions): Parameters {
  if (set.length === 0) return {}
  throw new InitError('init.answer_invalid', {
    sentence: `--set: ${set.join(', ')} belongs to a preset, and there is none.`,
    hint: 'Add --preset.',
  })
}

/** Those without which there is no issuer are asked for; others are set by flag only. */
async function parameterAnswers({ set = [] }: InitOptions, preset: OidcPreset, asking: Asking): Promise<Parameters> {
  const parameters: Parameters = Object.fromEntries(set.map((pair) => parameterIn(pair, preset)))
  for (const name of preset.parameters) {
    if (hasIssuer(preset, parameters) || parameters[name] !== undefined) continue
    parameters[name] = await answerTo(asking, {
      flag: `--set ${name}=VALUE`,
      text: sentenceCase(presetParameters[name]),
      given: undefined,
    })
  }
  return parameters
}

function hasIssuer(preset: OidcPreset, { tokenVersion, endpoints: _, ...texts }: Parameters): boolean {
  return preset.issuerOf({ ...texts, tokenVersion: tokenVersion === 'v1' ? 'v1' : 'v2' }) !== undefined
}

function parameterIn(pair: string, preset: OidcPreset): readonly [string, string] {
  const [name, value] = pairIn(pair)
  if (value !== '' && preset.parameters.some((one) => one === name)) return [name, value]
  throw new InitError('init.answer_invalid', {
    sentence: `--set: expected ${preset.parameters.map((one) => `${one}=VALUE`).join(' or ') || 'nothing, as the preset has no settings of its own'}, found ${JSON.stringify(pair)}.`,
  })
}

function sentenceCase(text: string): string {
  return text.replace(/^the (.)/, (_, first: string) => first.toUpperCase())
}

async function accountAnswers({ account = [], accounts: file }: InitOptions, asking: Asking) {
  const listed = file === undefined ? { accounts: [], leftOut: [] } : await accountsIn(file)
  const answered = account.length === 0 && file === undefined && asking.ask ? await askAccounts(asking) : undefined
  const ids = account.map((id) =>
    valid('--account', id, (text) => (ACCOUNT_ID.test(text) ? undefined : 'twelve digits')),
  )
  return {
    accounts: [...listed.accounts, ...ids.map((id) => ({ id })), ...(answered?.accounts ?? [])],
    leftOut: [...listed.leftOut, ...(answered?.leftOut ?? [])],
  }
}

async function askAccounts(asking: Asking) {
  const isIds = (text: string): boolean => /^\d{12}(\s*,\s*\d{12})*$/.test(text)
  const text = await answerTo(asking, {
    flag: '--accounts',
    text: 'AWS accounts: IDs separated by commas, or a file from `aws organizations list-accounts` [none]',
    given: undefined,
    otherwise: '',
    problem: (answer) => (/^[\d\s,]+$/.test(answer) && !isIds(answer) ? 'account IDs of twelve digits' : undefined),
  })
  if (text === '') return { accounts: [], leftOut: [] }
  return isIds(text) ? { accounts: text.split(/\s*,\s*/).map((id) => ({ id })), leftOut: [] } : accountsIn(text)
}
