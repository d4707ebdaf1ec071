/** Shades of a configured colour that can be read: WCAG 2.2, 1.4.3 (text at 4.5:1), on the backgrounds of the pages. */

type Rgb = readonly [red: number, green: number, blue: number]

export interface Shades {
  /** Of links and buttons. */
  readonly accent: string
  /** Of those under the pointer. */
  readonly strong: string
  /** Behind what is selected. */
  readonly tint: string
  /** Of text on a button. */
  readonly onAccent: string
}

/** WCAG's minimum for text. */
export const READABLE_CONTRAST = 4.5

/** The backgrounds that text in this colour has: `--card`, `--paper` and `--sunk` of the style sheet. */
export const backgrounds = {
  light: ['#ffffff', '#f3f6f4', '#e9efec'],
  dark: ['#141e1b', '#0d1412', '#0a100e'],
} as const

const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]

/** How far each step goes towards black or white. */
const STEP = 0.02
/** How much further the shade under the pointer is. */
const STRONGER = 0.22
/** How much of the colour is in the tint. */
const TINT = { light: 0.14, dark: 0.2 } as const

/**
 * The nearest shade of the colour that is readable in that scheme: the colour itself where it is, or else mixed with
 * black in light mode and with white in dark mode. `color`: `#rgb` or `#rrggbb`.
 */
export function readableShades(color: string, scheme: keyof typeof backgrounds): Shades {
  const wanted = rgbOf(color)
  const [end, other] = scheme === 'light' ? ([BLACK, WHITE] as const) : ([WHITE, BLACK] as const)
  const card = rgbOf(backgrounds[scheme][0])
  const behind = backgrounds[scheme].map(rgbOf)
  for (let share = 0; ; share = Math.min(1, share + STEP)) {
    const accent = mixed(wanted, end, share)
    const tint = mixed(card, accent, TINT[scheme])
    const isReadable = [...behind, tint, other].every((each) => contrast(accent, each) >= READABLE_CONTRAST)
    if (isReadable || share === 1) {
      const strong = mixed(accent, end, STRONGER)
      return { accent: hexOf(accent), strong: hexOf(strong), tint: hexOf(tint), onAccent: hexOf(other) }
    }
  }
}

/** From 1 to 21, of `#rrggbb` or `#rgb`. WCAG 2.2, definition of contrast ratio */
export function contrastOf(one: string, other: string): number {
  return contrast(rgbOf(one), rgbOf(other))
}

/** `#0b5` is `#00bb55`. */
export function inFull(color: string): string {
  return hexOf(rgbOf(color))
}

function rgbOf(color: string): Rgb {
  const digits = color.slice(1)
  const [red, green, blue] =
    digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? [])
  return [red, green, blue].map((part = '0') => Number.parseInt(part, 16)) as unknown as Rgb
}

function hexOf(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return from.map((part, index) => Math.round(part + ((to[index] ?? 0) - part) * share)) as unknown as Rgb
}

function contrast(one: Rgb, other: Rgb): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const value = part / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
