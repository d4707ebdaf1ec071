/**
 * Signed calls to IAM and Organizations, with the credentials that the AWS SDK finds for the person who runs the
 * command. Only the command line signs requests: the gateway never does.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts'
import { throttledCodes } from '../../aws/throttled.ts'
import { isObject } from '../../core/json.ts'
import { withTimeLimit } from '../../core/time-limit.ts'
import { parseXml } from '../../xml/parse.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { PullError } from './errors.ts'

export type Fields = Readonly<Record<string, unknown>>

export type CallerCredentials = NonNullable<STSClientConfig['credentials']>

/** A service as these credentials call it. Throws PullError. */
export type AwsCall = (operation: string, input: Readonly<Record<string, string | number>>) => Promise<Fields>

/** Where a service is. */
export interface AwsEndpoint {
  readonly service: 'iam' | 'organizations'
  readonly url: string
  /** Of the signature. */
  readonly region: string
}

/** undefined: those of the environment, the profile, or the machine. */
export type ClientFor = (credentials: CallerCredentials | undefined, region: string) => Promise<STSClient>

/** An answer of AWS that is not a success. */
export class AwsRefusal extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

const IAM_VERSION = '2010-05-08'
const ORGANIZATIONS_TARGET = 'AWSOrganizationsV20161128'

const TIMEOUT_MS = 30_000
/** Seven attempts wait about half a minute in total: as long as AWS takes to let an account call again. */
const ATTEMPTS = 7
const ATTEMPTS_TO_REACH = 3
const FIRST_PAUSE_MS = 250

const THROTTLED: ReadonlySet<string> = new Set(throttledCodes)

/** IAM's Query protocol and the JSON protocol of Organizations. */
export async function awsCaller(
  clientFor: ClientFor,
  { service, url, region }: AwsEndpoint,
  credentials?: CallerCredentials,
): Promise<AwsCall> {
  const { config } = await clientFor(credentials, region)
  const sign = await config.signer({ name: 'sigv4', signingName: service, signingRegion: region, properties: {} })
  const { protocol, hostname, port, pathname } = new URL(url)
  return async (operation, input) => {
    const request = {
      ...messageFor(service, operation, input),
      protocol,
      hostname,
      path: pathname,
      query: {},
      method: 'POST',
    }
    const host = port === '' ? hostname : `${hostname}:${port}`
    return patiently(async () => {
      const signed = await sign.sign({
        ...request,
        ...(port === '' ? {} : { port: Number(port) }),
        headers: { ...request.headers, host },
      })
      const { host: _, ...headers } = signed.headers
      return send(url, { method: 'POST', headers, body: request.body })
    })
  }
}

function messageFor(
  service: AwsEndpoint['service'],
  operation: string,
  input: Readonly<Record<string, string | number>>,
) {
  if (service === 'organizations')
    return {
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${ORGANIZATIONS_TARGET}.${operation}` },
      body: JSON.stringify(input),
    }
  const parameters = Object.entries(input).map(([name, value]) => [name, String(value)])
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams([['Action', operation], ['Version', IAM_VERSION], ...parameters]).toString(),
  }
}

async function send(url: string, init: RequestInit): Promise<Fields> {
  const { status, text } = await withTimeLimit(TIMEOUT_MS, undefined, async (signal) => {
    const response = await fetch(url, { ...init, signal, redirect: 'error' })
    return { status: response.status, text: await response.text() }
  })
  const answer = text.startsWith('<') ? xmlFields(text) : jsonFields(text)
  if (status === 200) return answer
  const error = isObject(answer.Error) ? answer.Error : answer
  const code = String(error.Code ?? error.__type ?? `HTTP ${status}`).replace(/^.*#/, '')
  throw new AwsRefusal(code, String(error.Message ?? error.message ?? ''), status)
}

function jsonFields(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** A page of a thousand roles, each with its policies. */
const LIMITS = {
  characters: 128 * 1024 * 1024,
  depth: 30,
  elements: 4_000_000,
  attributesPerElement: 10,
  attributes: 1000,
}

/** The result of the action, or the error: lists without their `member`. */
function xmlFields(text: string): Fields {
  const root = parseXml(text.replace(/^<\?xml[^>]*\?>\s*/, ''), LIMITS)
  const result = elementsIn(root).find(({ local }) => local.endsWith('Result')) ?? root
  const value = xmlValue(result)
  return isObject(value) ? value : {}
}

function elementsIn({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child): child is XmlElement => typeof child !== 'string')
}

function xmlValue(element: XmlElement): unknown {
  const elements = elementsIn(element)
  if (elements.length === 0) return element.children.join('')
  if (elements.every(({ local }) => local === 'member')) return elements.map(xmlValue)
  return Object.fromEntries(elements.map((child) => [child.local, xmlValue(child)]))
}

/** Again, after a longer pause each time, while AWS is busy or does not answer. Throws PullError or AwsRefusal. */
export async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const most = isUnreachable(error) ? ATTEMPTS_TO_REACH : ATTEMPTS
      if (attempt >= most || !isPassing(error)) throw asPullError(error)
      await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
    }
  }
}

function isPassing(error: unknown): boolean {
  const { name = '', $metadata } = (error ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } }
  if (error instanceof AwsRefusal) return THROTTLED.has(error.code) || error.status >= 500
  return THROTTLED.has(name) || ($metadata?.httpStatusCode ?? 0) >= 500 || isUnreachable(error)
}

function isUnreachable(error: unknown): boolean {
  const { code, cause, name } = (error ?? {}) as { code?: string; cause?: { code?: string }; name?: string }
  return name === 'TimeoutError' || /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|UND_ERR)/.test(code ?? cause?.code ?? '')
}

function asPullError(error: unknown): unknown {
  if (error instanceof AwsRefusal || error instanceof PullError) return error
  const {
    name = '',
    message = '',
    $metadata,
  } = (error ?? {}) as {
    name?: string
    message?: string
    $metadata?: { httpStatusCode?: number }
  }
  if (isUnreachable(error)) return new PullError('catalog.aws_unreachable', { cause: error })
  if (name === 'CredentialsProviderError') return new PullError('catalog.no_credentials', { cause: error })
  if ($metadata?.httpStatusCode !== undefined) return new AwsRefusal(name, message, $metadata.httpStatusCode)
  return error
}
