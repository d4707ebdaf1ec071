/**
 * Pages: from a view model to HTML. Owns the templates in views/, how text is escaped, and where the style sheet and
 * the script are. Knows no request, no response and no session: routes prepare the models of models/page-models.ts.
 *
 * Start at `createViews`.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Eta } from 'eta'
import { escapeMarkup } from '../core/html.ts'
import { type PageBranding, unbranded } from './branding/branding.ts'
import { withCode } from './branding/markdown.ts'
import type { PageModels, PageName } from './models/page-models.ts'
import { texts } from './texts.ts'

const viewsUrl = new URL('../../views/', import.meta.url)

/**
 * The folder to serve under `/static`. Its files are requested with a hash in the query, so they may be cached forever.
 */
export const staticFolder = fileURLToPath(new URL('static/', viewsUrl))

export interface Views {
  /** The page as a whole HTML document. Throws if the model lacks a value that the template shows. */
  render<Name extends PageName>(page: Name, model: PageModels[Name]): string
}

/** The templates, read now, compiled at their first use and kept. Reads the static files once, for their hashes. */
export function createViews(branding: PageBranding = unbranded.page): Views {
  const views = fileURLToPath(viewsUrl)
  const templates = readTemplates(views)
  const eta = new Eta({ views, cache: true, escapeFunction: escapeText })
  eta.readFile = (path) => {
    const template = templates.get(path)
    if (template === undefined) throw new TypeError(`There is no template ${path}`)
    return template
  }
  const assets = { css: assetUrl('fedgate.css'), js: assetUrl('fedgate.js'), favicon: assetUrl('favicon.svg') }
  const shared = { assets, branding, withCode, t: texts }
  return { render: (page, model) => eta.render(`./${page}`, { ...model, page, ...shared }) }
}

/** By path. All at once: files that are replaced while the gateway runs must not be mixed with those it has read. */
function readTemplates(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.eta'))
  return new Map(names.map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]))
}

function assetUrl(name: string): string {
  const hash = createHash('sha256').update(staticFile(name))
  return `/static/${name}?v=${hash.digest('hex').slice(0, 16)}`
}

/** A static file as served: the script begins with its texts, and it and the style sheet come without comments. */
export function staticFile(name: string): Buffer {
  const file = readFileSync(new URL(`static/${name}`, viewsUrl), 'utf8')
  if (name.endsWith('.css')) return Buffer.from(withoutComments(file).replaceAll(/([{};,:])\n/g, '$1'))
  if (name !== 'fedgate.js') return Buffer.from(file)
  return Buffer.from(`const texts = ${JSON.stringify(texts.script)}\n${withoutComments(file)}`)
}

/** Comments that begin a line, and what lines are indented by: a sixth of what browsers would load before the page. */
function withoutComments(source: string): string {
  return source.replaceAll(/^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)\n/gm, '').replaceAll(/^\s+/gm, '')
}

/** `escapeMarkup`, of text and numbers: anything else is a mistake in a model, and throws. */
export function escapeText(value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`A template shows ${typeof value}`)
  return escapeMarkup(String(value))
}
