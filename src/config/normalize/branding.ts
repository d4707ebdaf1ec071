/** The `branding` section. A notice is a file where it looks like one, and otherwise the text itself. */
import { resolve } from 'node:path'
import type { FileConfig } from '../schema.ts'
import type { BrandingConfig } from '../types.ts'
import { optional } from './values.ts'

export function brandingOf(file: FileConfig['branding'], folder: string): BrandingConfig | undefined {
  if (!file) return undefined
  const { name, logo, color, support, notice, legal } = file
  return {
    ...optional('name', name),
    ...optional('logo', logo === undefined ? undefined : resolve(folder, logo)),
    ...optional('color', color?.toLowerCase()),
    ...optional('support', support),
    ...optional('notice', notice === undefined ? undefined : noticeOf(notice, folder)),
    ...optional('legal', legal && { ...optional('text', legal.text), links: Object.entries(legal.links) }),
  }
}

/** `./notice.md`: a path, without line breaks. */
export function isNoticeFile(notice: string): boolean {
  return /^[^\n]{1,500}\.(?:md|txt)$/i.test(notice)
}

function noticeOf(notice: string, folder: string): NonNullable<BrandingConfig['notice']> {
  return isNoticeFile(notice) ? { file: resolve(folder, notice) } : { text: notice }
}
