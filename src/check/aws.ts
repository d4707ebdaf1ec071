/** Checks on AWS, or what stands in for it: STS and sign-in. Nothing is signed, and no role is taken. */
import { federationEndpoint, partitionOfRegion, stsEndpoint } from '../aws/facts/partitions.ts'
import type { AwsTarget, Config } from '../config/types.ts'
import type { Verdict } from '../core/verdict.ts'
import { clockLook } from './clock.ts'
import { type Look, type Looks, lookAt, notRun, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts, HttpAnswer, Question } from './ports.ts'

interface Endpoint {
  readonly url: string
  /** The local AWS runs with the gateway: it may well not run now. */
  readonly isLocal: boolean
  readonly answer: HttpAnswer | { readonly problem: string }
}

/** AWS itself is more patient; our own responses are valid from a minute before they are issued. */
const CLOCK_SKEW_SECONDS = 60

/** Whatever STS says to a stranger will do: only that it speaks is of interest. */
const STS_QUESTION: Question = { method: 'POST', form: { Action: 'GetCallerIdentity', Version: '2011-06-15' } }
const SIGN_IN_QUESTION: Question = { method: 'GET' }

export const stsChecks = { stsAnswers, clockAgrees } as const satisfies Looks<Endpoint>
export const signInChecks = { signInAnswers } as const satisfies Looks<Endpoint>

/** STS in every region that is configured, and where consoles are opened. */
export async function checkAws(config: Config, ports: CheckPorts): Promise<Verdict> {
  const { target, signIn, fips } = config.sts
  const stsUrl = (region: string) => stsEndpoint(region, { fips })
  const [sts, signIns] = await Promise.all([
    askAll(urlsOf(target, config, stsUrl), STS_QUESTION, target.kind === 'local', ports),
    askAll(urlsOf(signIn, config, signInUrl), SIGN_IN_QUESTION, signIn.kind === 'local', ports),
  ])
  return [
    ...sts.flatMap((endpoint) => lookAt(stsChecks, endpoint)),
    ...signIns.flatMap((endpoint) => lookAt(signInChecks, endpoint)),
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

function stsAnswers(endpoint: Endpoint): Look {
  return reachLook(endpoint, 'an answer of STS')
}

function reachLook({ url, isLocal, answer }: Endpoint, expected: string): Look {
  if (!('problem' in answer)) return answer.status < 500 ? ok(url) : wrong(expected, `HTTP ${answer.status}`, url)
  return isLocal ? notRun(`${url} runs with the gateway`) : wrong(expected, answer.problem, url)
}

function clockAgrees({ answer, url }: Endpoint): Look {
  return clockLook('problem' in answer ? undefined : answer, CLOCK_SKEW_SECONDS, url)
}

function signInAnswers(endpoint: Endpoint): Look {
  return reachLook(endpoint, 'an answer of AWS sign-in')
}
