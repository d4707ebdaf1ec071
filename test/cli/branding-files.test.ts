/** Files of the branding that cannot be used are refused when they are read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBranding } from '../../src/cli/serving/branding-files.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fedgate-branding-'))
})
afterAll(() => rm(folder, { recursive: true }))

const written = async (name: string, content: string | Buffer): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, content)
  return file
}
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

describe('files of the branding', () => {
  it.each([
    ['PNG', 'image/png', PNG],
    ['SVG', 'image/svg+xml', '<?xml version="1.0"?>\n<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"/>'],
  ] as const)('a %s logo is read', async (kind, type, content) => {
    expect((await readBranding({ logo: await written(kind, content) })).logo?.type).toBe(type)
  })

  it.each([
    ['is of another kind', 'GIF89a'],
    ['is HTML', '<html><svg></svg></html>'],
    ['has more than 200 kB', Buffer.concat([PNG, Buffer.alloc(200_000)])],
  ])('a logo is refused that %s', async (_, content) => {
    const branding = { logo: await written('logo', content) }
    await expect(readBranding(branding)).rejects.toMatchObject({ code: 'start.branding_unusable' })
  })

  it.each([
    ['is empty', ' \n'],
    ['has more than 20 kB', 'a'.repeat(20_001)],
  ])('a notice is refused that %s', async (_, content) => {
    const branding = { notice: { file: await written('notice.md', content) } }
    await expect(readBranding(branding)).rejects.toMatchObject({ code: 'start.branding_unusable' })
  })
})
