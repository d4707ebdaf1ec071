/** Who may read a private key, as ssh judges it. */
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exposureOf } from '../../src/issuer/key-file.ts'

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-key-file-'))
  file = join(folder, 'a.key')
  await writeFile(file, 'key')
})
afterAll(() => rm(folder, { recursive: true }))

const us = process.getuid?.() ?? 0
const judged = async (mode: number, uid = us) => {
  await chmod(file, mode)
  return (await exposureOf(file, uid))?.isRefused
}

describe('the file of a private key', () => {
  it.each([0o600, 0o400, 0o700])('the file of a private key is accepted with mode %o', async (mode) => {
    expect(await judged(mode)).toBeUndefined()
  })

  it.each([0o640, 0o604, 0o620, 0o644, 0o666, 0o601])(
    'the file of a private key is refused with mode %o',
    async (mode) => {
      expect(await judged(mode)).toBe(true)
    },
  )

  it('the file of a private key that another user mounted may be shared with a group, and not with everyone', async () => {
    const other = us + 1
    expect(await judged(0o440, other)).toBeUndefined()
    expect(await judged(0o640, other)).toBeUndefined()
    expect(await judged(0o444, other)).toBe(false)
  })

  it('the file behind a link is the one that counts, as Kubernetes mounts secrets', async () => {
    const link = join(folder, 'link.key')
    await symlink(file, link)
    await chmod(file, 0o644)
    expect((await exposureOf(link, us))?.sentence).toContain(`chmod 600 ${link}`)
    expect(await exposureOf(join(folder, 'none.key'), us)).toBeUndefined()
  })
})
