/** Words that a page breaks in the middle: a column that is too narrow for what it says. */
import type { Page } from 'playwright-core'

/** Plain words of at most 14 letters that stand on two lines. Code is left out: names of AWS may break anywhere. */
export const brokenWords = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const broken: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('code, pre, textarea, script, style, .visually-hidden')) continue
      // Narrow pages keep the heads of tables for screen readers alone.
      if ((node.parentElement?.closest('thead')?.getBoundingClientRect().width ?? 100) <= 1) continue
      for (const { 0: word, index } of (node.nodeValue ?? '').matchAll(/(?<![\w.@:/-])\p{L}{2,14}(?![\w.@:/-])/gu)) {
        const range = document.createRange()
        range.setStart(node, index)
        range.setEnd(node, index + word.length)
        const tops = [...range.getClientRects()].filter(({ width }) => width > 0).map(({ top }) => Math.round(top))
        if (Math.max(...tops) - Math.min(...tops) > 4) broken.push(word)
      }
    }
    return broken
  })
