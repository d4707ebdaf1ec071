/** Checks on the gateway as issuer towards AWS: its keys, and whether they are published at the issuer's URL. */
import type { Config } from '../config/types.ts'
import { failed, notRun, passed, type Verdict } from '../core/verdict.ts'
import { checkPublished } from '../issuer/published.ts'
import { nameOfIssuerKey, type WebIdentityIssuer } from '../issuer/web-identity-issuer.ts'
import { exposureResult } from './keys.ts'
import { type CheckPorts, reasonIn } from './ports.ts'

/** Empty where the gateway is not an issuer. With the local AWS the gateway itself publishes, while it runs. */
export async function checkIssuer({ issuer, sts }: Config, ports: CheckPorts): Promise<Verdict> {
  if (!issuer) return []
  if (sts.target.kind === 'local')
    return [{ name: 'discoveryIsPublished', ...notRun(`${issuer.url} is published by the gateway while it runs`) }]
  const exposed = await exposedFiles(issuer, ports)
  const ours = await opened(issuer, ports)
  const key = nameOfIssuerKey(issuer.keys[0])
  if ('problem' in ours)
    return [...exposed, { name: 'issuerKeyIsUsable', ...failed(`${issuer.algorithm} keys`, ours.problem, key) }]
  return [
    ...exposed,
    { name: 'issuerKeyIsUsable', ...passed(key) },
    ...(await checkPublished(ours, (url) => ports.ask(url))),
  ]
}

async function opened(
  issuer: NonNullable<Config['issuer']>,
  ports: CheckPorts,
): Promise<WebIdentityIssuer | { readonly problem: string }> {
  return ports.openIssuer(issuer).catch((error: unknown) => ({ problem: reasonIn(error) }))
}

/** The gateway does not start with a key that others can use. */
async function exposedFiles({ keys }: NonNullable<Config['issuer']>, ports: CheckPorts): Promise<Verdict> {
  const found = await Promise.all(keys.map((key) => ('key' in key ? ports.exposureOf(key.key) : undefined)))
  return found.flatMap((exposure) => (exposure ? { name: 'issuerKeyIsPrivate', ...exposureResult(exposure) } : []))
}
