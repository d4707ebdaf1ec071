/**
 * The contest itself, as compiled JavaScript under plain Node: what is measured is what is shipped. Started by
 * saml-validate.ts; prints its table.
 */
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { SAML } from '@node-saml/node-saml'
import { createKeyPem } from '../src/issuer/keys.ts'
import { readRedirect } from '../src/saml/bindings.ts'
import type { ExpectedResponse } from '../src/saml/response/checks.ts'
import { evaluateResponse } from '../src/saml/response/validate.ts'
import { libxmlsec1 } from './libxmlsec1.ts'
import { bombs, deflateBomb } from './saml-bombs.ts'
import {
  manyRoles,
  ordinaryAttributes,
  parties,
  type SignedMessage,
  signedMessage,
  typedAttributes,
} from './saml-messages.ts'

const now = new Date()
const { privateKey, certificate } = await createKeyPem('bench', now)
const [signingKey, verifyingKey] = [createPrivateKey(privateKey), createPublicKey(certificate)]

const form = (xml: string) => ({ SAMLResponse: Buffer.from(xml).toString('base64') })

const expected: ExpectedResponse = {
  idp: {
    entityId: parties.idp,
    signingCertificates: [{ key: verifyingKey, notAfter: new Date('2099-01-01'), pem: certificate }],
  },
  spEntityId: parties.sp,
  acsUrl: parties.acs,
  inResponseTo: parties.request,
  clockSkewSeconds: 60,
  maxAssertionAgeSeconds: 600,
  remembersSince: undefined,
  authnContext: [],
  signature: 'any',
  subject: 'nameId',
}

const nodeSaml = new SAML({
  idpCert: certificate,
  idpIssuer: parties.idp,
  issuer: parties.sp,
  audience: parties.sp,
  callbackUrl: parties.acs,
  wantAssertionsSigned: true,
  wantAuthnResponseSigned: false,
  acceptedClockSkewMs: 60_000,
})

const SIGNATURE = /<ds:Signature .*<\/ds:Signature>/s
const ASSERTION = /<saml:Assertion .*<\/saml:Assertion>/s

/** A message as it comes, and made worse. */
const forms = {
  intact: (xml: string) => xml,
  unsigned: (xml: string) => xml.replace(SIGNATURE, ''),
  doubled: (xml: string) =>
    xml.replace(ASSERTION, (assertion) => assertion + assertion.replaceAll('ID="_', 'ID="_other')),
  'a stranger signed': (xml: string) => xml.replace(/(?<=<ds:SignatureValue>)..../, 'AAAA'),
}
type FormName = keyof typeof forms

interface Posted extends SignedMessage {
  readonly forms: Readonly<Record<FormName, { readonly SAMLResponse: string }>>
}

const posted = (message: SignedMessage): Posted => {
  const made = Object.entries(forms).map(([name, make]) => [name, form(make(message.xml))])
  return { ...message, forms: Object.fromEntries(made) }
}

type Contender = (message: Posted) => unknown

const judged =
  (name: FormName, code: string): Contender =>
  (message) => {
    const judgement = evaluateResponse(message.forms[name], expected, now)
    const outcome = 'error' in judgement ? judgement.error.code : 'accepted'
    if (outcome !== code) throw new Error(`${outcome}, not ${code}`)
  }

const contenders = {
  fedgate: judged('intact', 'accepted'),
  'RSA and SHA-256 alone': ({ assertion, signedInfo, signature, digest }) => {
    const isSigned = verify('sha256', Buffer.from(signedInfo), verifyingKey, signature)
    if (!isSigned || !createHash('sha256').update(assertion).digest().equals(digest)) throw new Error('not signed')
  },
  'node-saml': async (message) => {
    const { profile } = await nodeSaml.validatePostResponseAsync(message.forms.intact)
    if (!profile) throw new Error('node-saml took nothing')
  },
  'fedgate, refusing an unsigned one': judged('unsigned', 'saml.signature_missing'),
  'fedgate, refusing one with two assertions': judged('doubled', 'saml.assertion_repeated'),
  'fedgate, refusing one that a stranger signed': judged('a stranger signed', 'saml.signature_invalid'),
} satisfies Record<string, Contender>

type Name = keyof typeof contenders
const names = Object.keys(contenders) as Name[]

/** Verifies the signature and nothing else; only where its headers are installed. */
const LIBXMLSEC1 = 'libxmlsec1 (C), the signature alone'
const inC = libxmlsec1(certificate)
if (!inC) process.stdout.write('\nWithout libxmlsec1: its headers or a C compiler are missing.\n')
const allNames: readonly string[] = inC ? [...names, LIBXMLSEC1] : names

interface Tally {
  seconds: number
  operations: number
}

interface Plan {
  readonly attributes: string
  readonly rounds: number
  /** How many messages a round has; node-saml gets the first few of them. */
  readonly perRound: number
  readonly forNodeSaml: number
}

const cpuSince = (start: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** Every contender in turn, round by round, each message once for each; the first fifth of the rounds only warms up. */
const contest = async (plan: Plan) => {
  const tally = new Map<string, Tally>(allNames.map((name) => [name, { seconds: 0, operations: 0 }]))
  const count = (name: string, round: number, seconds: number, operations: number): void => {
    const sum = tally.get(name)
    if (!sum || round < plan.rounds / 5) return
    sum.seconds += seconds
    sum.operations += operations
  }
  let size = 0
  for (let round = 0; round < plan.rounds; round += 1) {
    const messages = Array.from({ length: plan.perRound }, () =>
      posted(signedMessage(signingKey, now, plan.attributes)),
    )
    size = messages[0]?.xml.length ?? 0
    for (const name of names) {
      const own = name === 'node-saml' ? messages.slice(0, plan.forNodeSaml) : messages
      const start = process.cpuUsage()
      for (const message of own) await contenders[name](message)
      count(name, round, cpuSince(start), own.length)
    }
    if (inC) count(LIBXMLSEC1, round, inC(messages.map((one) => one.forms.intact.SAMLResponse)), messages.length)
  }
  return { size, rate: (name: string) => rateOf(tally.get(name)) }
}

const rateOf = (sum: Tally | undefined): number => (sum ? sum.operations / sum.seconds : Number.NaN)

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const report = async (title: string, plan: Plan): Promise<void> => {
  const { size, rate } = await contest(plan)
  print(`\n${title}, ${size} octets\n`)
  print('| | per CPU second | milliseconds | fedgate is |\n| --- | ---: | ---: | --- |')
  for (const name of allNames) {
    const ratio = rate('fedgate') / rate(name)
    const compared = ratio >= 1 ? `${ratio.toFixed(1)} times as fast` : `${(1 / ratio).toFixed(1)} times as slow`
    print(
      `| ${name} | ${rate(name).toFixed(0)} | ${(1000 / rate(name)).toFixed(3)} | ${name === 'fedgate' ? '' : compared} |`,
    )
  }
}

const thrownCode = (step: () => unknown): string => {
  try {
    step()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'thrown'
  }
  return 'accepted'
}

const judgedCode = (field: string): string => {
  const judgement = evaluateResponse({ SAMLResponse: field }, expected, now)
  return 'error' in judgement ? judgement.error.code : 'accepted'
}

/** The worst of three, as an unauthenticated client would get it: with the base64 decoded too. */
const reportBombs = (): void => {
  print('\nWhat strangers send: bombs are refused, what is only large is read\n')
  print('| | outcome | CPU milliseconds |\n| --- | --- | ---: |')
  const { xml } = signedMessage(signingKey, now, ordinaryAttributes())
  const all = Object.entries(bombs(xml)).map(([name, bomb]): [string, () => string] => {
    const field = bomb.startsWith('<') ? form(bomb).SAMLResponse : bomb
    return [name, () => judgedCode(field)]
  })
  const packed = encodeURIComponent(deflateBomb())
  all.push(['200 MB deflated, by redirect', () => thrownCode(() => readRedirect(`SAMLRequest=${packed}`))])
  for (const [name, run] of all) {
    const runs = [1, 2, 3].map(() => {
      const start = process.cpuUsage()
      return { code: run(), seconds: cpuSince(start) }
    })
    print(`| ${name} | \`${runs[0]?.code}\` | ${(Math.max(...runs.map(({ seconds }) => seconds)) * 1000).toFixed(1)} |`)
  }
}

await report('A Response with one signed assertion', {
  attributes: ordinaryAttributes(),
  rounds: 25,
  perRound: 200,
  forNodeSaml: 10,
})
await report('The same with a type on every value', {
  attributes: typedAttributes(),
  rounds: 25,
  perRound: 200,
  forNodeSaml: 10,
})
await report('A Response with 300 roles', { attributes: manyRoles(), rounds: 15, perRound: 40, forNodeSaml: 3 })
reportBombs()
