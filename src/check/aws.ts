/** Checks on AWS, or its replacement: STS and sign-in. Nothing is signed, and no role is assumed. */
import { federationEndpoint, partitionOfRegion, stsEndpoint } from '../aws/facts/partitions.ts'
import type { AwsTarget, Config } from '../config/types.ts'
import { type CheckResult, type Checks, failed, notRun, passed, runChecks, type Verdict } from '../core/verdict.ts'
import { clockResult } from './clock.ts'
import { type CheckPorts, type HttpAnswer, type Question, reasonIn } from './ports.ts'

interface Endpoint {
  readonly url: string
  /** The local AWS runs with the gateway, so it may not be running now. */
  readonly isLocal: boolean
  readonly answer: HttpAnswer | { readonly problem: string }
}

/** AWS itself is more patient; our own responses are valid from a minute before they are issued. */
const CLOCK_SKEW_SECONDS = 60

/** Any response of STS to an unsigned request shows that it is reachable. */
const STS_QUESTION: Question = { method: 'POST', form: { Action: 'GetCallerIdentity', Version: '2011-06-15' } }
const SIGN_IN_QUESTION: Question = { method: 'GET' }

export const stsChecks = { stsAnswers, clockAgrees } as const satisfies Checks<Endpoint>
export const signInChecks = { signInAnswers } as const satisfies Checks<Endpoint>

/** STS in every configured region, and the sign-in endpoints of the console. */
export async function checkAws(config: Config, ports: CheckPorts): Promise<Verdict> {
  const { target, signIn, fips } = config.sts
  const stsUrl = (region: string) => stsEndpoint(region, { fips })
  const [sts, signIns] = await Promise.all([
    askAll(urlsOf(target, config, stsUrl), STS_QUESTION, target.kind === 'local', ports),
    askAll(urlsOf(signIn, config, signInUrl), SIGN_IN_QUESTION, signIn.kind === 'local', ports),
  ])
  return [
    ...sts.flatMap((endpoint) => runChecks(stsChecks, endpoint)),
    ...signIns.flatMap((endpoint) => runChecks(signInChecks, endpoint)),
  ]
}

function askAll(
  urls: readonly string[],
  question: Question,
  isLocal: boolean,
  ports: CheckPorts,
): Promise<readonly Endpoint[]> {
  return Promise.all(
    urls.map(async (url) => {
      const answer = await ports.ask(url, question).catch((error: unknown) => ({ problem: reasonIn(error) }))
      return { url, isLocal, answer }
    }),
  )
}

function urlsOf(target: AwsTarget, config: Config, atAws: (region: string) => string | undefined): readonly string[] {
  if (target.kind === 'url') return [target.url]
  if (target.kind === 'local') return [localUrl(config)]
  const regions = [config.sts.region, ...[...config.accounts.values()].flatMap(({ region }) => region ?? [])]
  return [...new Set(regions.flatMap((region) => atAws(region) ?? []))]
}

function localUrl({ localAws }: Config): string {
  const { host, port } = localAws.listen
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function signInUrl(region: string): string | undefined {
  const partition = partitionOfRegion(region)
  return partition && federationEndpoint(partition)
}

function stsAnswers(endpoint: Endpoint): CheckResult {
  return reachResult(endpoint, 'an answer of STS')
}

function reachResult({ url, isLocal, answer }: Endpoint, expected: string): CheckResult {
  if (!('problem' in answer)) return answer.status < 500 ? passed(url) : failed(expected, `HTTP ${answer.status}`, url)
  return isLocal ? notRun(`${url} runs with the gateway`) : failed(expected, answer.problem, url)
}

function clockAgrees({ answer, url }: Endpoint): CheckResult {
  return clockResult('problem' in answer ? undefined : answer, CLOCK_SKEW_SECONDS, url)
}

function signInAnswers(endpoint: Endpoint): CheckResult {
  return reachResult(endpoint, 'an answer of AWS sign-in')
}
