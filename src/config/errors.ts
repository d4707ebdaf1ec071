import { type ErrorCatalogue, type ErrorDetail, FedgateError } from '../core/errors.ts'
import { type Problem, showProblem } from './issue.ts'

export const configErrors = {
  'config.not_found': {
    sentence: 'The configuration file does not exist.',
    hint: 'Specify an existing file with --config.',
  },
  'config.unreadable': {
    sentence: 'The configuration file cannot be read.',
    hint: 'Check that it is a file and that this user has read permission.',
  },
  'config.invalid': {
    sentence: 'The configuration is not valid.',
    hint: 'Correct the lines above. docs/configuration.md describes every key.',
  },
} as const satisfies ErrorCatalogue

export type ConfigErrorCode = keyof typeof configErrors

/** The configuration cannot be used. The command line exits with 78 (EX_CONFIG of sysexits.h). */
export class ConfigError extends FedgateError {
  /** Every problem, in the order of the file. Empty if the file could not be read. */
  readonly problems: readonly Problem[]

  constructor(code: ConfigErrorCode, detail?: ErrorDetail, problems: readonly Problem[] = []) {
    super(code, configErrors[code], detail)
    this.problems = problems
  }
}

/** One error for all problems; its message has a line for each. */
export function invalidConfig(file: string, problems: readonly Problem[]): ConfigError {
  const inOrder = [...problems].sort((a, b) => a.line - b.line || a.column - b.column)
  const count = inOrder.length === 1 ? 'a problem' : `${inOrder.length} problems`
  const sentence = [`${file} has ${count}:`, ...inOrder.map((problem) => `  ${showProblem(problem)}`)].join('\n')
  return new ConfigError('config.invalid', { sentence }, inOrder)
}
