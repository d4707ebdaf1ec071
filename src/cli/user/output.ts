/** All printing of the commands. Results go to stdout, everything else to stderr. */

import { inspect, stripVTControlCharacters, styleText } from 'node:util'
import { FedgateError } from '../../core/errors.ts'

export interface OutputStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface Output {
  /** Writes a line of the command's result to stdout. */
  print(line: string): void
  /** Writes a line about progress or a warning to stderr. */
  note(line: string): void
  /** Writes text that has its own line ends to stdout. */
  printText(text: string): void
  /** Writes text that has its own line ends to stderr. */
  noteText(text: string): void
  /** Writes an error's sentence and hint to stderr. */
  fail(error: unknown): void
  readonly style: Style
  /** Whether stderr is a terminal, for progress that is overwritten. */
  readonly isTerminal: boolean
}

type Color = (text: string) => string

export interface Style {
  readonly bold: Color
  readonly dim: Color
  readonly red: Color
  readonly green: Color
  readonly yellow: Color
  readonly cyan: Color
}

/** An error's sentence and hint; of a defect all details, for the report. */
export function errorLines(error: unknown): readonly string[] {
  if (!(error instanceof FedgateError))
    return ['This is a bug in fedgate. Please report it with the lines below.', inspect(error)]
  return [error.message, error.hint].filter((text) => text !== '').map(plain)
}

/** Removes control characters: quoted values may come from an untrusted sender and must not control the terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, '')
}

/** An output on the streams of the process, or on those of a test. */
export function openOutput(stdout: OutputStream, stderr: OutputStream, env: NodeJS.ProcessEnv): Output {
  const style = styleFor(stdout, env)
  const { red } = styleFor(stderr, env)
  return {
    style,
    isTerminal: stderr.isTTY === true && env.TERM !== 'dumb',
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

/** Colours only on a terminal, and not if NO_COLOR is set (no-color.org). */
function styleFor(stream: OutputStream, env: NodeJS.ProcessEnv): Style {
  const isOn = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    bold: color(isOn, 'bold'),
    dim: color(isOn, 'dim'),
    red: color(isOn, 'red'),
    green: color(isOn, 'green'),
    yellow: color(isOn, 'yellow'),
    cyan: color(isOn, 'cyan'),
  }
}

function color(isOn: boolean, format: keyof Style): Color {
  // Whether the stream shows colours is decided above: newer releases of Node would otherwise look at stdout alone.
  return (text) => (isOn ? styleText(format, text, { validateStream: false }) : text)
}
