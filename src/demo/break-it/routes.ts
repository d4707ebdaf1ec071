/**
 * The page that sends broken messages to the gateway and to the local AWS, both over HTTP, and shows how each responds.
 * It knows only their addresses. Start at `send` below; cases.ts has the ways to break a message.
 */
import { Router } from 'express'
import { awsSamlAttributes } from '../../core/aws-attributes.ts'
import { nameIdFormats } from '../../core/identity.ts'
import type { KeyPair } from '../../core/keys.ts'
import { issueResponse } from '../../saml/issue.ts'
import { attributesOf, type KnownServiceProvider } from '../saml-answers.ts'
import { readRequest } from '../saml-requests.ts'
import type { DemoUser } from '../users.ts'
import { sendPage } from '../web-server.ts'
import { type AwsRole, awsAnswer } from './aws.ts'
import { AFFILIATION, type Case, caseNamed, type Draft } from './cases.ts'
import { gatewayAnswer, startLogin } from './gateway.ts'
import { casesPage, type Outcome, outcomePage } from './page.ts'

/** The two receivers, and the user that messages are about. */
export interface BreakItTargets {
  /** Origin of the gateway, and this provider's ID there. */
  readonly gateway: string
  readonly providerId: string
  readonly sts: string
  readonly role: AwsRole
  /** A key that no receiver trusts. */
  readonly stranger: KeyPair
  readonly user: DemoUser
}

interface Provider {
  readonly entityId: string
  readonly keys: KeyPair
  readonly serviceProviders: readonly KnownServiceProvider[]
  readonly now: () => Date
}

/** AWS expects this audience, the gateway its own: a message with both suits either. */
const AWS_AUDIENCE = 'urn:amazon:webservices'
const LIFETIME_SECONDS = 300

const SIGNATURE = /<(\w+:)?Signature[\s>][\s\S]*?<\/\1?Signature>/g

/** GET /break-it lists, POST /break-it/:case sends. */
export function breakItRoutes(provider: Provider, targets: BreakItTargets): Router {
  return Router()
    .get('/break-it', (_request, response) => sendPage(response, 200, casesPage(targets.user.name), []))
    .post('/break-it/:case', async (request, response, next) => {
      const broken = caseNamed(request.params.case)
      if (!broken) return next()
      sendPage(response, 200, outcomePage(await send(provider, targets, broken)), [])
    })
}

/** Sends the same message to both; of a message that is sent twice, the second responses are shown. */
async function send(provider: Provider, targets: BreakItTargets, broken: Case): Promise<Outcome> {
  const login = await startLogin(targets.gateway, targets.providerId)
  const request = readRequest(Object.fromEntries(login.request), 'redirect', provider.serviceProviders)
  const xml = await seal(broken.change(wholeDraft(provider, targets, request)), provider.keys, targets.stranger)
  const message = Buffer.from(xml).toString('base64')
  const both = async () => ({
    gateway: await gatewayAnswer(request.serviceProvider.acsUrl, login, message),
    aws: await awsAnswer(targets.sts, targets.role, message),
  })
  if (broken.times === 2) await both()
  return { title: broken.title, what: broken.what, xml, ...(await both()) }
}

async function seal({ response, signedBy, issuedAt }: Draft, own: KeyPair, stranger: KeyPair): Promise<string> {
  const signed = await issueResponse(response, signedBy === 'stranger' ? stranger : own, issuedAt)
  return signedBy === 'none' ? signed.replaceAll(SIGNATURE, '') : signed
}

/** A message that both accept: an audience for each, and the attributes of the gateway and of AWS. */
function wholeDraft(
  { entityId, now }: Provider,
  { role, user }: BreakItTargets,
  { serviceProvider, inResponseTo }: ReturnType<typeof readRequest>,
): Draft {
  return {
    signedBy: 'provider',
    issuedAt: now(),
    response: {
      issuer: entityId,
      recipient: serviceProvider.acsUrl,
      audience: [serviceProvider.entityId, AWS_AUDIENCE],
      inResponseTo,
      nameId: { value: user.username, format: nameIdFormats.persistent },
      attributes: [
        ...attributesOf(user),
        { name: AFFILIATION, values: [user.affiliation] },
        { name: awsSamlAttributes.role, values: [`${role.roleArn},${role.providerArn}`] },
        { name: awsSamlAttributes.roleSessionName, values: [user.mail] },
      ],
      authnInstant: now(),
      lifetimeSeconds: LIFETIME_SECONDS,
      sign: 'assertion',
    },
  }
}
