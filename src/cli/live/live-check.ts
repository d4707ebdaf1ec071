/**
 * `fedgate check --live`: a test sign-in without a running gateway. The provider knows only the addresses of the gateway,
 * so this listens in its place, where the configuration says, for one sign-in and nothing else. Where the gateway runs,
 * its own page does the same.
 */

import { setTimeout as delay } from 'node:timers/promises'
import type { Audit } from '../../audit/events.ts'
import { openCatalog } from '../../catalog/source.ts'
import type { Config, ProviderConfig } from '../../config/types.ts'
import { newToken } from '../../core/ids.ts'
import { type ControlledServer, startServer } from '../../core/running-server.ts'
import { within } from '../../core/time-limit.ts'
import { PENDING_SECONDS } from '../../gateway/login/pending-logins.ts'
import type { TestReport } from '../../gateway/test-sign-in/report.ts'
import { createMemoryStore } from '../../stores/memory.ts'
import { createLiveCheckApp, liveCheckPath } from '../../web/test-sign-in/app.ts'
import { catalogFiles } from '../catalog/configured.ts'
import { CheckError, listenError, StartError } from '../errors.ts'
import { gatewayFor } from '../gateway-server.ts'
import { lineLog } from '../line-log.ts'
import type { Output } from '../output.ts'
import { readTls } from '../serving/tls-files.ts'
import { openBrowser } from '../user/login/browser.ts'

export interface LiveQuestion {
  readonly provider: string
  /** With discovery: the entityID of the identity provider to ask. */
  readonly idp?: string
  /** Whether to open the URL in a browser. It is printed in any case. */
  readonly opensBrowser: boolean
}

/** The result page loads its style sheet and script after it. */
const AFTER_THE_PAGE_MS = 1_500

/** Nobody is let in, so there is nothing that an audit log would have to know first. */
const noAudit: Audit = {
  record: async ({ referenceId }) => referenceId,
  mustBeWritable: () => {},
  status: () => ({ state: 'ok', isRequired: false }),
  close: async () => {},
}

/**
 * Waits for one sign-in and returns what came of it. Throws CheckError (`check.provider_not_configured`,
 * `check.gateway_running`, `check.live_timeout`) or StartError.
 */
export async function liveCheck(config: Config, question: LiveQuestion, output: Output): Promise<TestReport> {
  const { protocol } = configured(config, question.provider)
  const now = () => new Date()
  const owner = newToken()
  const log = lineLog(output.note)
  const context = { log, now }
  const files = catalogFiles(config)
  const catalog = files && (await openCatalog(files, context))
  const gateway = await gatewayFor(config, { audit: noAudit, store: createMemoryStore(now), catalog }, context)
  let tell: (report: TestReport) => void = () => {}
  const reported = new Promise<TestReport>((resolve) => {
    tell = resolve
  })
  const app = createLiveCheckApp(gateway, { trustProxy: config.trustProxy, log, owner, onReport: tell })
  const server = await listen(config, question.provider, app)
  try {
    const metadata = protocol === 'saml' ? `${config.baseUrl}/saml/${question.provider}/metadata` : undefined
    const url = `${config.baseUrl}${liveCheckPath(question.provider, { owner, ...question })}`
    await announce(url, { ...question, metadata }, output)
    const report = await within(PENDING_SECONDS * 1000, reported, () => {
      throw new CheckError('check.live_timeout')
    })
    await delay(AFTER_THE_PAGE_MS)
    return report
  } finally {
    catalog?.stop()
    await server.close(AFTER_THE_PAGE_MS)
  }
}

function configured({ providers }: Config, id: string): ProviderConfig {
  const provider = providers.find((each) => each.id === id)
  if (provider) return provider
  throw new CheckError('check.provider_not_configured', {
    sentence: `The configuration has no provider with the id ${id}.`,
    hint: `Choose one with --provider: ${providers.map((provider) => provider.id).join(', ')}.`,
  })
}

async function listen(
  { listen: { host, port, tls }, baseUrl }: Config,
  provider: string,
  app: ReturnType<typeof createLiveCheckApp>,
): Promise<ControlledServer> {
  const files = tls && (await readTls(tls))
  return startServer({ host, port, ...(files && { tls: files }) }, () => app).catch((cause: unknown) => {
    const error = listenError(cause, `${host}:${port}`)
    if (!(error instanceof StartError) || error.code !== 'start.port_taken') throw error
    throw new CheckError('check.gateway_running', {
      sentence: `${host}:${port} is already in use, probably by the gateway.`,
      hint: `Sign in there as an operator and open ${baseUrl}/status/try/${provider}, or stop the gateway first.`,
      cause,
    })
  })
}

async function announce(
  url: string,
  { opensBrowser, metadata }: LiveQuestion & { readonly metadata: string | undefined },
  output: Output,
): Promise<void> {
  if (metadata !== undefined) {
    output.note('If the identity provider does not know the gateway yet, register it with this metadata first:')
    output.note(`  ${metadata}`)
  }
  output.note('Open this URL in a browser and sign in. Nobody is signed in to the gateway by it. Press Ctrl+C to stop.')
  output.note(`  ${url}`)
  if (opensBrowser) await openBrowser({ env: process.env, platform: process.platform }, url)
}
