import { readFile } from 'node:fs/promises'
import { type RequestHandler, Router } from 'express'
import { WebError } from '../errors.ts'

/** Made by `npm run build`. The same from the source and from the built files. */
const BUILT = new URL('../../../dist/cli/', import.meta.url)

/** The users' command line as one file, and its checksum. */
export function commandLineRoutes(folder: URL = BUILT): Router {
  return Router()
    .get('/cli/fedgate.mjs', sendBuilt(new URL('fedgate.mjs', folder), 'text/javascript'))
    .get('/cli/fedgate.mjs.sha256', sendBuilt(new URL('fedgate.mjs.sha256', folder), 'text/plain'))
}

function sendBuilt(path: URL, type: string): RequestHandler {
  return async (_request, response) => {
    const file = await readBuilt(path)
    response.set('Cache-Control', 'no-cache').type(type).send(file)
  }
}

/** Throws WebError `http.command_line_missing`. */
async function readBuilt(path: URL): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new WebError('http.command_line_missing', { cause })
  }
}
