import { describe, expect, it } from 'vitest'
import { backgrounds, contrastOf, readableShades } from '../../src/core/colors/shades.ts'

const colors = ['#0b5', '#000000', '#ffffff', '#ffee00', '#0a6650', '#5ccdab', '#ff0000', '#777777', '#1d4ed8']
const schemes = ['light', 'dark'] as const

describe('the shades of a colour', () => {
  it.each([
    ['#000', '#fff', 21],
    ['#777777', '#ffffff', 4.48],
    ['#0000ff', '#ffffff', 8.59],
  ])('the contrast of %s and %s is %d to 1', (one, other, ratio) => {
    expect(contrastOf(one, other)).toBeCloseTo(ratio, 2)
  })

  it.each(colors.flatMap((color) => schemes.map((scheme) => [color, scheme] as const)))(
    'every text in a shade of %s is readable in %s mode',
    (color, scheme) => {
      const { accent, strong, tint, onAccent } = readableShades(color, scheme)
      const pairs = [
        ...[...backgrounds[scheme], tint].flatMap((behind) => [
          [accent, behind],
          [strong, behind],
        ]),
        [onAccent, accent],
        [onAccent, strong],
      ]
      expect(pairs.filter(([text = '', behind = '']) => contrastOf(text, behind) < 4.5)).toEqual([])
    },
  )

  it('the shade of a colour that is readable is the colour itself', () => {
    expect(readableShades('#1d4ed8', 'light').accent).toBe('#1d4ed8')
    expect(readableShades('#9bf', 'dark').accent).toBe('#99bbff')
  })
})
