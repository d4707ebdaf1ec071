/** A list to pick a role from, on the terminal: typing filters, arrows move, Enter picks, Esc and Ctrl-C end. */
import { on } from 'node:events'
import { emitKeypressEvents, type Key } from 'node:readline'
import { UserError } from '../errors.ts'
import { Ended, exitCodes } from '../exit-codes.ts'
import type { Machine } from '../machine.ts'
import { plain } from '../output.ts'
import { matchingRoles } from './matching.ts'
import type { Role } from './role.ts'

const MOST_ROWS = 12

interface State {
  readonly typed: string
  readonly selected: number
}

type Step = State | 'pick' | 'cancel'

/** `typed`: what the filter begins with. Throws Ended with 130 when the user picks none. */
export async function pickRole(machine: Machine, roles: readonly Role[], typed = ''): Promise<Role> {
  if (roles.length === 0)
    throw new UserError('cli.role_unknown', {
      sentence: "You don't have any roles yet.",
      hint: 'Ask your administrator for access.',
    })
  const { stdin } = process
  const { output } = machine
  let state: State = { typed, selected: 0 }
  let drawn = 0
  const draw = (): void => {
    const lines = view(machine, roles, state)
    output.noteText(`${erase(drawn)}${lines.join('\n')}\n`)
    drawn = lines.length
  }
  emitKeypressEvents(stdin)
  stdin.setRawMode(true)
  stdin.resume()
  try {
    draw()
    // Queued: what is typed or pasted at once comes as several keys of one read.
    for await (const [text, key] of on(stdin, 'keypress') as AsyncIterable<[string | undefined, Key]>) {
      const step = stepOf(state, { ...key, text: text ?? '' }, matchingRoles(roles, state.typed).length)
      if (step === 'cancel') throw new Ended(exitCodes.interrupted)
      const picked = step === 'pick' ? matchingRoles(roles, state.typed)[state.selected] : undefined
      if (picked !== undefined) return picked
      if (step !== 'pick') state = step
      draw()
    }
    throw new Ended(exitCodes.interrupted)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    output.noteText(erase(drawn))
  }
}

/** Up over what was drawn, and everything below removed. */
function erase(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}A\r\u001b[J`
}

/** What a key does. `count`: how many roles the filter leaves. */
export function stepOf(state: State, key: Key & { readonly text: string }, count: number): Step {
  const move = (by: number): State => ({ ...state, selected: Math.max(0, Math.min(count - 1, state.selected + by)) })
  if (key.name === 'escape' || (key.ctrl && (key.name === 'c' || key.name === 'd'))) return 'cancel'
  if (key.name === 'return' || key.name === 'enter') return 'pick'
  if (key.name === 'up' || (key.ctrl && key.name === 'p')) return move(-1)
  if (key.name === 'down' || (key.ctrl && key.name === 'n')) return move(1)
  if (key.name === 'pageup') return move(-MOST_ROWS)
  if (key.name === 'pagedown') return move(MOST_ROWS)
  if (key.name === 'backspace') return { typed: state.typed.slice(0, -1), selected: 0 }
  if (key.ctrl && key.name === 'u') return { typed: '', selected: 0 }
  const isText = !key.ctrl && !key.meta && /^[^\p{Cc}]+$/u.test(key.text)
  return isText ? { typed: state.typed + key.text, selected: 0 } : state
}

function view({ output: { style } }: Machine, roles: readonly Role[], { typed, selected }: State): readonly string[] {
  const found = matchingRoles(roles, typed)
  const rows = Math.max(1, Math.min(MOST_ROWS, (process.stderr.rows ?? 24) - 3))
  const first = Math.max(0, Math.min(selected - Math.floor(rows / 2), found.length - rows))
  const lines = found.slice(first, first + rows).map((role, at) => {
    const isSelected = first + at === selected
    const line = cut(`${isSelected ? '>' : ' '} ${label(role)}`)
    return isSelected ? style.bold(line) : line
  })
  const count = found.length === 0 ? 'No role matches.' : `${found.length} of ${roles.length} roles`
  return [cut(`Role: ${typed}_`), ...lines, style.dim(cut(`${count}. Type to filter, Enter to choose, Esc to cancel.`))]
}

/** The names come from an identity provider and must not control the terminal. */
function label({ accountName, account, name, alias, lastUsedAt }: Role): string {
  const recent = lastUsedAt === undefined ? '' : ', used before'
  return plain(`${accountName} / ${name}  (${account}${alias === undefined ? '' : `, ${alias}`}${recent})`)
}

/** A line that wraps would upset the count of lines. */
function cut(line: string): string {
  return line.slice(0, (process.stderr.columns ?? 80) - 1)
}
