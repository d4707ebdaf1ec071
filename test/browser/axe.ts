/**
 * What axe-core finds wrong with a page, for users who cannot see it, cannot use a mouse, or see little contrast.
 * Evaluated through the browser's debugging protocol, so that the page keeps its Content-Security-Policy.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Every rule that axe has and calls settled, of any level: `rule: what is wrong (where)`. None is well. */
export const axeViolations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(source)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any, all, none }) => {
      const why = [...any, ...all, ...none].map(({ message }) => message).join('; ')
      return `${id}: ${help} (${target.join(' ')}) ${why}`
    }),
  )
}
