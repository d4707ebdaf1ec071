import type { Mark } from '../core/render-verdict.ts'
import type { Style } from './output.ts'

/** How a finding's outcome stands out, for every command that shows verdicts. */
export const painter = (style: Style) => (mark: Mark, text: string) => {
  const paints = {
    pass: style.green,
    warning: style.yellow,
    fail: style.red,
    unknown: style.yellow,
    'not-run': style.dim,
  } as const satisfies Record<Mark, (text: string) => string>
  return paints[mark](text)
}
