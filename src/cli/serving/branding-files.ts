/** The branding of a configuration, with its files read. */
import { readFile } from 'node:fs/promises'
import type { BrandingConfig } from '../../config/types.ts'
import { type Branding, brandingOf, unbranded } from '../../web/branding/branding.ts'
import { StartError } from '../errors.ts'

const MOST_LOGO_BYTES = 200_000
const MOST_NOTICE_BYTES = 20_000
const PNG = Buffer.from('89504e470d0a1a0a', 'hex')

/** Throws StartError `start.branding_unusable`. */
export async function readBranding(configured: BrandingConfig | undefined): Promise<Branding> {
  if (!configured) return unbranded
  const { logo, notice, ...rest } = configured
  return brandingOf({
    ...rest,
    logo: logo === undefined ? undefined : await readLogo(logo),
    notice: notice && (await readNotice(notice)),
  })
}

async function readLogo(file: string) {
  const body = await readBytes(file, MOST_LOGO_BYTES)
  if (body.subarray(0, PNG.length).equals(PNG)) return { type: 'image/png', body } as const
  // With the namespace, without which browsers show no image.
  if (/<svg\b[^>]*\sxmlns\s*=\s*["']http:\/\/www\.w3\.org\/2000\/svg["']/.test(body.toString('utf8')))
    return { type: 'image/svg+xml', body } as const
  throw unusable(`${file} is neither a PNG nor an SVG file.`)
}

async function readNotice(notice: NonNullable<BrandingConfig['notice']>): Promise<string> {
  const text = 'text' in notice ? notice.text : (await readBytes(notice.file, MOST_NOTICE_BYTES)).toString('utf8')
  if (text.trim() !== '') return text
  throw unusable(`${'file' in notice ? notice.file : '`branding.notice`'} is empty.`)
}

async function readBytes(file: string, most: number): Promise<Buffer> {
  const body = await readFile(file).catch((cause: unknown) => {
    throw unusable(`${file} cannot be read.`, cause)
  })
  if (body.length <= most) return body
  throw unusable(`${file} has ${body.length} bytes; at most ${most} are allowed.`)
}

function unusable(sentence: string, cause?: unknown): StartError {
  return new StartError('start.branding_unusable', { sentence, cause })
}
