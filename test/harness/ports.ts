import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Listens on that port of loopback and stops again. Rejects when it is taken. */
const tryPort = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })

/**
 * Below the ports that the system hands out by itself, and for each worker of a run its own: between the moment a port
 * was free and the moment somebody listens there, nobody else gets it. Above 10080, which fetch asks nothing of.
 */
const [LOWEST, WIDTH, WORKERS] = [10_100, 2_700, 8]
const bottom = LOWEST + (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS) * WIDTH

const handedOut = new Set<number>()

/** The first of so many ports in a row that were free a moment ago. */
const portsInARow = async (count: number): Promise<number> => {
  const first = bottom + randomInt(WIDTH - count)
  const row = Array.from({ length: count }, (_, offset) => first + offset)
  if (row.some((port) => handedOut.has(port))) return portsInARow(count)
  for (const port of row) handedOut.add(port)
  const isFree = await Promise.all(row.map(tryPort)).then(
    () => true,
    () => false,
  )
  return isFree ? first : portsInARow(count)
}

export const freePort = (): Promise<number> => portsInARow(1)

export const freePortRow = (): Promise<number> => portsInARow(4)
