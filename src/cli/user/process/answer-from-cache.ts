import { writeSync } from 'node:fs'
import { cachedAnswer } from './cached-answer.ts'

/**
 * Answers `credential-process` from the cache, where the command line asks for that and the cache has it. Returns
 * whether it did; nothing is written otherwise.
 */
export function answerFromCache(): boolean {
  const [command, ...args] = process.argv.slice(2)
  if (command !== 'credential-process') return false
  const { env, platform } = process
  const home = (platform === 'win32' ? env.USERPROFILE : env.HOME) ?? ''
  const answer = home === '' ? undefined : cachedAnswer(args, { env, platform, home }, Date.now())
  if (answer !== undefined) writeOut(answer)
  return answer !== undefined
}

/** Synchronously: `process.stdout` alone costs a tenth of the whole call. */
function writeOut(text: string): void {
  try {
    writeSync(1, text)
  } catch {
    // A pipe that is full for the moment, or has no reader.
    process.stdout.write(text)
  }
}
