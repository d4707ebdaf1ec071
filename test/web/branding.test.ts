import { describe, expect, it } from 'vitest'
import { brandingOf } from '../../src/web/branding/branding.ts'
import { markdown, withCode } from '../../src/web/branding/markdown.ts'

describe('text of operators as HTML', () => {
  it.each([
    ['One.\n\nTwo\nlines.', '<p>One.</p>\n<p>Two\nlines.</p>'],
    ['# Terms\nUse *it* **well**.', '<h2>Terms</h2>\n<p>Use <em>it</em> <strong>well</strong>.</p>'],
    ['- one\n- `two`', '<ul><li>one</li><li><code>two</code></li></ul>'],
    [
      '[Terms](https://example.com/a?b=1&c)',
      '<p><a href="https://example.com/a?b=1&amp;c" rel="noreferrer">Terms</a></p>',
    ],
    ['[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['`<b>` and "q"', '<p><code>&lt;b&gt;</code> and &quot;q&quot;</p>'],
  ])('Markdown shows %j safely', (text, html) => {
    expect(markdown(text)).toBe(html)
  })

  it('a sentence has what is between backticks as code, and nothing else as markup', () => {
    expect(withCode('Set `a<b` for *it*, [x](https://e.com).')).toBe(
      'Set <code>a&lt;b</code> for *it*, [x](https://e.com).',
    )
    expect(withCode('one ` alone')).toBe('one &#96; alone')
  })
})

describe('branding', () => {
  it('branding that is absent has the name fedgate and no files', () => {
    expect(brandingOf({}).page).toMatchObject({
      name: 'fedgate',
      isNamed: false,
      logoHref: undefined,
      notice: undefined,
    })
  })

  it('the URLs of branding change with what they lead to', () => {
    const hrefOf = (body: string, color: string) => {
      const { page } = brandingOf({ logo: { type: 'image/svg+xml', body: Buffer.from(body) }, color })
      return [page.logoHref, page.cssHref]
    }
    const [logo, css] = hrefOf('a', '#00f')
    expect(hrefOf('a', '#00f')).toEqual([logo, css])
    expect(hrefOf('b', '#00f')).toEqual([expect.not.stringMatching(logo ?? ''), css])
    expect(hrefOf('a', '#f00')).toEqual([logo, expect.not.stringMatching(css ?? '')])
  })
})
