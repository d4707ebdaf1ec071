/** How one answer is obtained: from a flag, or from a user at a terminal, both by the same check. */
import { InitError } from '../errors.ts'

/** Asks a user. `hidden`: the answer is not shown. Resolves to a trimmed text, empty for none. */
export type Ask = (question: string, options?: { readonly hidden?: boolean }) => Promise<string>

export interface Asking {
  /** undefined: nobody can be asked, so what is missing is an error. */
  readonly ask: Ask | undefined
  readonly say: (line: string) => void
  /** The text of a file, or of standard input for `-`. Throws if it cannot be read. */
  readonly readText: (file: string) => Promise<string>
}

export interface Question {
  readonly flag: string
  readonly text: string
  readonly given: string | undefined
  /** For an empty answer, and where nobody can be asked; undefined: an answer is required. */
  readonly otherwise?: string
  /** What is wrong with the answer; undefined: nothing. */
  readonly problem?: (answer: string) => string | undefined
  readonly hidden?: boolean
}

/** A flag is checked once; a user is asked again until the answer is right. */
export async function answerTo({ ask, say }: Asking, question: Question): Promise<string> {
  const { flag, given, otherwise, problem = () => undefined } = question
  if (given !== undefined) return valid(flag, given, problem)
  if (!ask) {
    if (otherwise !== undefined) return otherwise
    throw new InitError('init.answer_missing', {
      sentence: `${flag} is missing: ${question.text}.`,
      hint: `Specify ${flag}, or run \`fedgate init\` on a terminal to be asked.`,
    })
  }
  for (;;) {
    const answer = (await ask(question.text, { hidden: question.hidden ?? false })) || otherwise
    const wrong = answer === undefined ? 'an answer' : answer === otherwise ? undefined : problem(answer)
    if (wrong === undefined) return answer ?? ''
    say(`Enter ${wrong}.`)
  }
}

export function valid(flag: string, text: string, problem: (text: string) => string | undefined): string {
  const wrong = problem(text)
  if (wrong === undefined) return text
  throw new InitError('init.answer_invalid', { sentence: `${flag}: expected ${wrong}, found ${JSON.stringify(text)}.` })
}

/** `NAME=VALUE`; the value is empty without a sign. */
export function pairIn(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}
