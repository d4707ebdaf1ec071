/**
 * The organization's own name, logo, colour and words. Owns what pages are told of them, and the two files they load;
 * reads nothing from disk (cli/serving/branding-files.ts) and changes no template. Start at `brandingOf`.
 */
import { createHash } from 'node:crypto'
import { readableShades, type Shades } from '../../core/colors/shades.ts'
import { markdown } from './markdown.ts'

/** The section of the configuration, with its files read. */
export interface BrandingFacts {
  readonly name?: string | undefined
  readonly logo?: { readonly type: 'image/svg+xml' | 'image/png'; readonly body: Buffer } | undefined
  readonly color?: string | undefined
  readonly support?: string | undefined
  /** Markdown. */
  readonly notice?: string | undefined
  readonly legal?: { readonly text?: string; readonly links: readonly (readonly [string, string])[] } | undefined
}

/** What is served. */
export interface Branding {
  readonly logo: BrandingFacts['logo']
  /** The style sheet with the colour. */
  readonly css: string | undefined
  /** Identifies the notice, so that a user who saw another one sees this one too. */
  readonly noticeVersion: string | undefined
  readonly page: PageBranding
}

/** What templates show. URLs have a hash of what they lead to, so it can be cached forever. */
export interface PageBranding {
  readonly name: string
  /** Whether the name is not fedgate's own. */
  readonly isNamed: boolean
  readonly logoHref: string | undefined
  readonly cssHref: string | undefined
  readonly support: string | undefined
  /** HTML that `markdown` made. */
  readonly notice: string | undefined
  readonly legal: { readonly text: string | undefined; readonly links: readonly (readonly [string, string])[] }
}

export const DEFAULT_NAME = 'fedgate'

export const unbranded: Branding = brandingOf({})

/** What pages, routes and the login need of it. */
export function brandingOf({ name, logo, color, support, notice, legal }: BrandingFacts): Branding {
  const css = color === undefined ? undefined : themeOf(color)
  return {
    logo,
    css,
    noticeVersion: notice === undefined ? undefined : hashOf(notice),
    page: {
      name: name ?? DEFAULT_NAME,
      isNamed: name !== undefined,
      logoHref: logo && `/branding/logo?v=${hashOf(logo.body)}`,
      cssHref: css === undefined ? undefined : `/branding/colors.css?v=${hashOf(css)}`,
      support,
      notice: notice === undefined ? undefined : markdown(notice),
      legal: { text: legal?.text, links: legal?.links ?? [] },
    },
  }
}

function hashOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}

function themeOf(color: string): string {
  const dark = ruleOf(readableShades(color, 'dark'))
  return `${ruleOf(readableShades(color, 'light'))}\n@media (prefers-color-scheme: dark) {\n${dark}\n}\n`
}

function ruleOf({ accent, strong, tint, onAccent }: Shades): string {
  return `:root { --accent: ${accent}; --accent-strong: ${strong}; --tint: ${tint}; --on-accent: ${onAccent}; }`
}
