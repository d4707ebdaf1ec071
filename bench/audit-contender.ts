/** Verifies one log with one key, and prints how long that took and how much memory the process had at its peak. */
import { readPublicKeys } from '../src/audit/chain/key.ts'
import { verifyLogs } from '../src/audit/chain/verify.ts'

const [file = '', keyFile = ''] = process.argv.slice(2)
const start = performance.now()
const { findings, lines } = await verifyLogs([file], { keys: await readPublicKeys([keyFile]), isPartial: false })
const seconds = Math.round((performance.now() - start) / 100) / 10
// In kilobytes.
const peakMemory = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)
process.stdout.write(JSON.stringify({ lines, seconds, peakMemory, findings: findings.length }))
