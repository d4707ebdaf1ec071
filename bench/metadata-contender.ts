/**
 * One reading of the aggregate, in a process of its own, so that its memory is not shared. Started by
 * metadata-aggregate.ts as compiled JavaScript: `metadata-contender.js HOW FILE CERTIFICATE`. Prints what it cost.
 */
import { X509Certificate } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { SaxesParser } from 'saxes'
import { createMetadata } from '../src/gateway/metadata/metadata.ts'
import { indexAggregate } from '../src/saml/federation/index-aggregate.ts'

const [how = '', file = '', certificate = ''] = process.argv.slice(2)
const now = () => new Date()

const contenders: Readonly<Record<string, () => Promise<number>>> = {
  saxes: async () => {
    const parser = new SaxesParser({ xmlns: true })
    const decoder = new TextDecoder()
    for await (const chunk of createReadStream(file)) parser.write(decoder.decode(chunk, { stream: true }))
    parser.close()
    return 0
  },
  stream: async () => {
    const keys = [new X509Certificate(readFileSync(certificate)).publicKey]
    return (await indexAggregate(createReadStream(file), { now: now(), keys })).entities.size
  },
  gateway: async () => {
    const settings = {
      id: 'federation',
      metadata: { kind: 'file', path: file },
      metadataCertificate: certificate,
    } as const
    const metadata = createMetadata({ ...settings, discovery: true }, { now, stateFolder: '/nonexistent' })
    await metadata.refresh()
    const { identityProviders } = metadata.status()
    await metadata.close()
    return identityProviders
  },
}

/** The longest that anything else in this thread had to wait, milliseconds. */
const watchStalls = () => {
  let worst = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const at = performance.now()
    worst = Math.max(worst, at - last)
    last = at
  }, 1)
  return () => {
    clearInterval(timer)
    return worst
  }
}

const start = process.cpuUsage()
const stalls = watchStalls()
const entities = await contenders[how]?.()
const { user, system } = process.cpuUsage(start)
const cost = {
  entities,
  cpuSeconds: (user + system) / 1e6,
  stallMs: stalls(),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
process.stdout.write(JSON.stringify(cost))
