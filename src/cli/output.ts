/** The sole printer. Answers go to stdout, everything about them to stderr; colours only where a person looks. */

import { inspect, stripVTControlCharacters } from 'node:util'
import { FedgateError } from '../core/errors.ts'
import type { Mark } from '../core/render-verdict.ts'

export interface OutputStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface Output {
  /** A line of the command's answer, to stdout. */
  print(line: string): void
  /** A line about what happens, to stderr. */
  note(line: string): void
  /** Text that has its own line ends, to stdout. */
  printText(text: string): void
  /** Text that has its own line ends, to stderr. */
  noteText(text: string): void
  /** A sentence and what to do next, to stderr. */
  fail(error: unknown): void
  readonly style: Style
}

type Paint = (text: string) => string

export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

/** What a person reads of an error: sentence and hint; of a defect everything, as it has to be reported. */
export function errorLines(error: unknown): readonly string[] {
  if (!(error instanceof FedgateError))
    return ['This is a defect in fedgate. Please report it with the lines below.', inspect(error)]
  return [error.message, error.hint].filter((text) => text !== '').map(plain)
}

/** Found values may come from a stranger: nothing in them may steer the terminal. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, '')
}

/** An output over the process's streams, or those of a test. */
export function openOutput(stdout: OutputStream, stderr: OutputStream, env: NodeJS.ProcessEnv): Output {
  const style = styleFor(stdout, env)
  const { red } = styleFor(stderr, env)
  return {
    style,
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    printText: (text) => void stdout.write(text),
    noteText: (text) => void stderr.write(text),
    fail: (error) => {
      const [sentence = '', ...next] = errorLines(error)
      stderr.write(`${[red(sentence), ...next].join('\n')}\n`)
    },
  }
}

/** Colours for a terminal, unless NO_COLOR is set (no-color.org). */
function styleFor(stream: OutputStream, env: NodeJS.ProcessEnv): Style {
  const isOn = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    bold: paint(isOn, 1, 22),
    dim: paint(isOn, 2, 22),
    red: paint(isOn, 31, 39),
    green: paint(isOn, 32, 39),
    yellow: paint(isOn, 33, 39),
    cyan: paint(isOn, 36, 39),
  }
}

function paint(isOn: boolean, open: number, close: number): Paint {
  return (text) => (isOn ? `\u001b[${open}m${text}\u001b[${close}m` : text)
}

/** How a finding's outcome stands out, for every command that shows verdicts. */
export function colors(style: Style) {
  return (mark: Mark, text: string) => {
    const paints = {
      pass: style.green,
      warning: style.yellow,
      fail: style.red,
      unknown: style.yellow,
      'not-run': style.dim,
    } as const satisfies Record<Mark, (text: string) => string>
    return paints[mark](text)
  }
}
