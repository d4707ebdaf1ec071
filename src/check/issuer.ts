/** Checks on the gateway as issuer towards AWS: its keys, and whether AWS finds them where it looks. */
import type { Config } from '../config/types.ts'
import type { Verdict } from '../core/verdict.ts'
import { judgePublished } from '../issuer/published.ts'
import type { WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { notRun, ok, reasonIn, wrong } from './look.ts'
import type { CheckPorts } from './ports.ts'

/** Nothing where the gateway is no issuer. With the local AWS the gateway itself publishes, as long as it runs. */
export async function checkIssuer({ issuer, sts }: Config, ports: CheckPorts): Promise<Verdict> {
  if (!issuer) return []
  if (sts.target.kind === 'local')
    return [{ name: 'discoveryIsPublished', ...notRun(`${issuer.url} is published by the gateway while it runs`) }]
  const ours = await opened(issuer, ports)
  const key = issuer.keys[0].key
  if ('problem' in ours) return [{ name: 'issuerKeyIsUsable', ...wrong(`${issuer.algorithm} keys`, ours.problem, key) }]
  return [{ name: 'issuerKeyIsUsable', ...ok(key) }, ...(await judgePublished(ours, (url) => ports.ask(url)))]
}

async function opened(
  issuer: NonNullable<Config['issuer']>,
  ports: CheckPorts,
): Promise<WebIdentityIssuer | { readonly problem: string }> {
  return ports.openIssuer(issuer).catch((error: unknown) => ({ problem: reasonIn(error) }))
}
