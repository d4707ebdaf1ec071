/** Logos of identity providers: what is kept, what counts as an image, and which addresses are asked. */
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/core/network/public-address.ts'
import { downloadLogo, publicAddresses } from '../../src/gateway/metadata/logo-download.ts'
import { createLogos, imageIn } from '../../src/gateway/metadata/logos.ts'

const png = (size = 20): Buffer => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(size)])

const logosWith = (download: (url: string) => Promise<Buffer | undefined>) => {
  const clock = { now: 0, asked: [] as string[] }
  const logos = createLogos({
    read: async (entityId) =>
      [16, 80, 400].map((size) => ({ url: `https://${entityId}/${size}`, width: size, height: size })),
    download: async (url) => {
      clock.asked.push(url)
      return download(url)
    },
    now: () => new Date(clock.now),
  })
  return { logos, clock }
}

describe('a logo', () => {
  it('a logo is fetched once, in the smallest size that is large enough', async () => {
    const { logos, clock } = logosWith(async () => png())
    const [first, second] = await Promise.all([logos.logoOf('a'), logos.logoOf('a')])
    expect([first?.type, second?.type, (await logos.logoOf('a'))?.type]).toEqual(Array(3).fill('image/png'))
    expect(clock.asked).toEqual(['https://a/80'])
  })

  it('a logo that failed is not asked for again at once, and is later', async () => {
    const { logos, clock } = logosWith(async () => {
      throw new Error('down')
    })
    expect([await logos.logoOf('a'), await logos.logoOf('a'), clock.asked.length]).toEqual([undefined, undefined, 1])
    clock.now = 11 * 60_000
    await logos.logoOf('a')
    expect(clock.asked).toHaveLength(2)
  })

  it('logos of a whole federation do not fill the memory', async () => {
    const { logos, clock } = logosWith(async () => png(90 * 1024))
    for (let n = 0; n < 120; n += 1) await logos.logoOf(`idp${n}`)
    const before = clock.asked.length
    await logos.logoOf('idp119')
    expect(clock.asked).toHaveLength(before)
    await logos.logoOf('idp0')
    expect(clock.asked).toHaveLength(before + 1)
  })

  it('a logo that is asked for while many are fetched is left out', async () => {
    const { logos, clock } = logosWith(() => new Promise(() => {}))
    for (let n = 0; n < 20; n += 1) void logos.logoOf(`idp${n}`)
    expect(await logos.logoOf('another')).toBeUndefined()
    await Promise.resolve()
    expect(clock.asked.length).toBeLessThanOrEqual(8)
  })

  it.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML', '<!doctype html>'],
    ['nothing', ''],
  ])('a logo that is %s is none', (_, text) => {
    expect(imageIn(Buffer.from(text))).toBeUndefined()
  })

  it.each([
    'http://logo.example/a.png',
    'https://127.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://logo.example:8443/a.png',
    'https://u@logo.example/a.png',
    'data:image/svg+xml,<svg/>',
    'file:///etc/passwd',
    'x',
  ])('a logo is not fetched from %s', async (url) => {
    expect(await downloadLogo(url)).toBeUndefined()
  })

  it('a logo is not fetched from a name that leads to this machine', async () => {
    await expect(downloadLogo('https://localhost/a.png')).rejects.toThrow('no public address')
    const mixed = [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    expect(publicAddresses(mixed)).toEqual([])
  })

  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1:248:1893:25c8:1946', true],
    ['10.1.2.3', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['::ffff:127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['2002:7f00:1::', false],
    ['localhost', false],
  ])('the address %s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected)
  })
})
