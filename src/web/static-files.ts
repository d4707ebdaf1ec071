/**
 * Style sheet, script and icon: named by their content, so browsers cache them indefinitely, and compressed once. They
 * hold no secret and no user input, so compression reveals nothing.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { extname } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type RequestHandler, Router } from 'express'
import { staticFile, staticFolder } from './views.ts'

const files = readdirSync(staticFolder)

/** Supported encodings, best first. */
const ENCODINGS = { br: brotliCompressSync, gzip: gzipSync } as const

type Encoding = keyof typeof ENCODINGS | 'identity'

interface StaticFile {
  readonly type: string
  readonly etag: string
  readonly bodies: Readonly<Record<Encoding, Buffer>>
}

/** Reads and compresses them: some tens of milliseconds, once. */
export function staticFiles(): Router {
  return files.reduce((router, name) => router.get(`/${name}`, serve(load(name))), Router())
}

/** GET /static/…, from memory. */
function serve({ type, etag, bodies }: StaticFile): RequestHandler {
  return (request, response) => {
    const accepted = request.acceptsEncodings('br', 'gzip', 'identity')
    const encoding: Encoding = accepted === 'br' || accepted === 'gzip' ? accepted : 'identity'
    response.vary('Accept-Encoding').set('Cache-Control', 'public, max-age=31536000, immutable')
    response.set('ETag', `"${etag}-${encoding}"`).type(type)
    if (encoding !== 'identity') response.set('Content-Encoding', encoding)
    response.send(bodies[encoding])
  }
}

function load(name: string): StaticFile {
  const identity = staticFile(name)
  return {
    type: extname(name),
    etag: createHash('sha256').update(identity).digest('base64url').slice(0, 22),
    bodies: { br: ENCODINGS.br(identity), gzip: ENCODINGS.gzip(identity), identity },
  }
}
