/** The repository as a build finds it, in another folder: only the files that the Dockerfile copies. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../setup/built.ts'

export const run = promisify(execFile)

export interface Instruction {
  readonly name: string
  readonly words: string
}

/** Without comments; continued lines are joined. */
const instructions = (dockerfile: string): readonly Instruction[] =>
  dockerfile
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), words: line.slice(line.indexOf(' ') + 1) }))

/** The stages in order, each with its instructions. */
export const stages = (dockerfile: string): readonly (readonly Instruction[])[] =>
  dockerfile.split(/^(?=FROM )/m).flatMap((text) => (text.startsWith('FROM ') ? [instructions(text)] : []))

/** What `COPY` takes from the context, by destination. */
export const copiesOf = (stage: readonly Instruction[]): readonly (readonly [from: string, to: string])[] =>
  stage
    .filter(({ name, words }) => name === 'COPY' && !words.startsWith('--from'))
    .flatMap(({ words }) => {
      const paths = words.split(' ')
      const to = paths.pop() ?? ''
      return paths.map((path) => [path, to.endsWith('/') ? join(to, path) : to] as const)
    })

/** What the engine would send: `.dockerignore` refuses everything but what it names with `!`. */
export const isInContext = (dockerignore: string, path: string): boolean => {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines[0] === '*' && lines.includes(`!${path.split('/')[0]}`)
}

/** Copies a stage's files from the repository, and lends it the packages that are installed. */
export const copyStage = async (stage: readonly Instruction[], folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const [from, to] of copiesOf(stage)) {
    await mkdir(dirname(join(folder, to)), { recursive: true })
    await cp(join(ROOT, from), join(folder, to), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
}

export const readRoot = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8')
