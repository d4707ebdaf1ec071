import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Listens on that port of loopback and stops again; 0: any free one. Rejects when it is taken. */
const tryPort = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })

/** A port that was free a moment ago. */
export const freePort = (): Promise<number> => tryPort(0)

const ROW = [0, 1, 2, 3]

/** The first of four ports in a row that were free a moment ago: below those that the system hands out by itself. */
export const freePortRow = async (): Promise<number> => {
  const first = randomInt(10_000, 32_000)
  const isFree = await Promise.all(ROW.map((offset) => tryPort(first + offset))).then(
    () => true,
    () => false,
  )
  return isFree ? first : freePortRow()
}
