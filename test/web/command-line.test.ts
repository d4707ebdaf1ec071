/** The command line as the gateway hands it out: one file with its checksum, or what to do where it was not built. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import express, { type ErrorRequestHandler } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statusOf, type WebError } from '../../src/web/errors.ts'
import { commandLineRoutes } from '../../src/web/routes/command-line.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/bundle-cli.mjs')

const PACKAGE = join(import.meta.dirname, '../../package.json')

let folder: string
let server: Server
let url: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-built-'))
  execFileSync(process.execPath, [SCRIPT, join(folder, 'fedgate.mjs')])
  const problems: ErrorRequestHandler = (error: WebError, _request, response, _next) => {
    response.status(statusOf(error.code)).json({ code: error.code, hint: error.hint })
  }
  const app = express()
    .use('/built', commandLineRoutes(pathToFileURL(`${folder}/`)))
    .use('/missing', commandLineRoutes(pathToFileURL(`${folder}/missing/`)))
    .use(problems)
  server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

describe('the command line', () => {
  it('is served as one file that needs nothing but Node.js', async () => {
    const response = await fetch(`${url}/built/cli/fedgate.mjs`)
    expect(response.headers.get('content-type')).toContain('text/javascript')
    const text = await response.text()
    expect(text).toBe(await readFile(join(folder, 'fedgate.mjs'), 'utf8'))
    expect(text.startsWith('#!/usr/bin/env node\n')).toBe(true)
    const loaded = [...text.matchAll(/\brequire\("([^"]+)"\)|\bimport[ (]"([^"]+)"/g)].map(([, a, b]) => a ?? b ?? '')
    expect(loaded.length).toBeGreaterThan(5)
    // Tried, and not needed: without it tokens are in a file.
    expect(loaded.filter((name) => !name.startsWith('node:'))).toEqual(['@napi-rs/keyring'])
    expect(text).toContain('import("@napi-rs/keyring")')
  })

  it.each(['fedgate.mjs', 'fedgate', 'fedgate.cjs'])('runs as %s, from any folder', async (name) => {
    await mkdir(join(folder, `as ${name}`), { recursive: true })
    const path = join(folder, `as ${name}`, name)
    await copyFile(join(folder, 'fedgate.mjs'), path)
    const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
    const printed = execFileSync(process.execPath, [path, '--version'], { cwd: '/', encoding: 'utf8', env: {} })
    expect(printed).toBe(`${version}\n`)
  })

  it('is served with the checksum that sha256sum --check reads', async () => {
    const [file, checksum] = await Promise.all(
      ['fedgate.mjs', 'fedgate.mjs.sha256'].map(async (name) => (await fetch(`${url}/built/cli/${name}`)).text()),
    )
    expect(checksum).toBe(
      `${createHash('sha256')
        .update(file ?? '')
        .digest('hex')}  fedgate.mjs\n`,
    )
  })

  it.each(['fedgate.mjs', 'fedgate.mjs.sha256'])(
    'answers 404 with the next step for %s where it was not built',
    async (name) => {
      const response = await fetch(`${url}/missing/cli/${name}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toEqual({
        code: 'http.command_line_missing',
        hint: expect.stringContaining('npm run build'),
      })
    },
  )
})
