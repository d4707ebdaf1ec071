/** The printing of the operator's commands: that of every command, and the colours of verdicts. */
import type { Mark } from '../core/render-verdict.ts'
import type { Style } from './user/output.ts'

export { errorLines, type Output, type OutputStream, openOutput, plain } from './user/output.ts'

/** The colour of each outcome, for every command that prints verdicts. */
export function colors(style: Style) {
  return (mark: Mark, text: string) => {
    const byMark = {
      pass: style.green,
      warning: style.yellow,
      fail: style.red,
      unknown: style.yellow,
      'not-run': style.dim,
    } as const satisfies Record<Mark, (text: string) => string>
    return byMark[mark](text)
  }
}
