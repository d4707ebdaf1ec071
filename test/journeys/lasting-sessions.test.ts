/** The file store: sessions and used responses outlive the process, and processes of one machine share them. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Command, fedgate } from '../harness/command.ts'
import { refusalIn } from '../harness/html.ts'
import { HttpBrowser } from '../harness/http-browser.ts'
import { changeConfig, endServed, type Served, serve } from '../harness/served.ts'
import { postAnswer, whoIs } from '../harness/sign-in.ts'
import { answerOf } from '../harness/test-idp.ts'

const SECRET = 'only for tests, and long enough for them'
const onFiles = { keys: { session: { secret: SECRET, store: 'file' } } }
const restarted: Command[] = []

afterAll(async () => {
  for (const command of restarted) {
    command.process.kill('SIGKILL')
    await command.ended
  }
  await endServed()
})

const kill = async ({ command }: { readonly command: Command }): Promise<void> => {
  command.process.kill('SIGKILL')
  await command.ended
}

const startAgain = async ({ config }: Served): Promise<{ readonly command: Command }> => {
  const command = fedgate(['serve', '--config', config.file])
  restarted.push(command)
  await command.said('fedgate listens on')
  return { command }
}

const signIn = async ({ idp, url }: Served, browser: HttpBrowser, subject: string) => {
  const answer = await answerOf(idp, browser, url, 'corp', { subject, attributes: {} })
  await postAnswer(browser, answer)
  return answer
}

describe('A gateway on the file store', { timeout: 120_000 }, () => {
  it('keeps sessions over kill -9, and refuses the response that began them again', async () => {
    const served = await serve(onFiles)
    const browser = new HttpBrowser()
    const answer = await signIn(served, browser, 'alice')
    expect(await whoIs(browser, served.url)).toBe('alice')
    await kill(served)
    await startAgain(served)
    expect(await whoIs(browser, served.url)).toBe('alice')
    expect(refusalIn((await postAnswer(new HttpBrowser(), answer)).body)).toMatchObject({ code: 'saml.replayed' })
  })

  it('finishes a login that was begun before the process was killed', async () => {
    const served = await serve(onFiles)
    const browser = new HttpBrowser()
    const answer = await answerOf(served.idp, browser, served.url, 'corp', { subject: 'bob', attributes: {} })
    await kill(served)
    await startAgain(served)
    await postAnswer(browser, answer)
    expect(await whoIs(browser, served.url)).toBe('bob')
  })

  it('keeps sessions while its secret is rotated, and shows none of what it holds', async () => {
    const served = await serve(onFiles)
    const browser = new HttpBrowser()
    await signIn(served, browser, 'carol-with-a-name-to-search-for')
    await kill(served)
    await changeConfig(served, { session: { secret: ['another secret, which is long enough', SECRET], store: 'file' } })
    await startAgain(served)
    expect(await whoIs(browser, served.url)).toBe('carol-with-a-name-to-search-for')
    const folder = join(served.config.folder, 'state/store')
    const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')))
    expect(files.join('')).not.toMatch(/carol-with|corp\.example|urn:oasis|idp\./)
  })

  it('signs in at any of several workers, whose sessions are the same', async () => {
    const served = await serve({ ...onFiles, args: ['--workers', '2'] })
    const browser = new HttpBrowser()
    const answer = await signIn(served, browser, 'dave')
    // Each connection is a new choice of a worker.
    for (let n = 0; n < 10; n += 1) expect(await whoIs(browser, served.url)).toBe('dave')
    const again = await Promise.all(Array.from({ length: 10 }, () => postAnswer(new HttpBrowser(), answer)))
    expect(again.map((page) => refusalIn(page.body).code)).toEqual(Array.from({ length: 10 }, () => 'saml.replayed'))
    served.command.process.kill('SIGTERM')
    expect(await served.command.ended).toBe(0)
  })

  it('does not start with several workers on the memory store', async () => {
    const served = await serve(onFiles)
    await kill(served)
    await changeConfig(served, { session: { secret: SECRET, store: 'memory' } })
    const command = fedgate(['serve', '--config', served.config.file, '--workers', '2'])
    expect(await command.ended).toBe(2)
    expect(command.stderr()).toContain('session.store')
  })
})
