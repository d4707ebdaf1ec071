/** Words that pages, errors, docs and the command line's help avoid, each with what to write instead. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { fixes } from '../src/access/preflight/fixes.ts'
import type { Output } from '../src/cli/output.ts'
import { buildProgram, commands } from '../src/cli/program.ts'
import type { ErrorText } from '../src/core/errors.ts'
import { lintRules } from '../src/iam/lint.ts'
import { samlPresets } from '../src/presets/saml/presets.ts'
import { texts } from '../src/web/texts.ts'

const ROOT = join(import.meta.dirname, '..')

const avoided: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bpersons?\b|\bpeople\b/i, 'user, users'],
  [/\b(?:whoever|whomever|whom|whosoever|soever)\b/i, 'anyone who, or name them: user, administrator'],
  [/\b(?:somebody|nobody['’]s|somebody['’]s)\b/i, 'user, someone'],
  [/\banew\b/i, 'new, again'],
  [/\bamiss\b/i, 'wrong'],
  [/\bdeeds?\b/i, 'activity'],
  [/\bof late\b/i, 'recently'],
  [/\b(?:cannot|can['’]t|could not) be told\b/i, 'cannot be determined'],
  [/\b(?:has|have) to\b/i, 'must'],
  [/\bso that\b/i, 'so'],
  [/\bstands? (?:for|in|under|at|above|between|with|on)\b/i, 'is, means'],
  [/\b(?:AWS|IAM|STS|gateway|provider) takes?\b/i, 'accepts, uses'],
  [/\bnot (?:looked at|known here)\b/i, 'not verified, unknown'],
  [/\bAWS is (?:shown|to say)\b|\bis shown to AWS\b/i, 'sent to AWS'],
  [/\b(?:says|say|said) (?:of|about) (?:a|the|them|you)\b/i, 'sent, told us'],
  [/\bwhat (?:becomes|became) of\b/i, 'what happens to'],
  [/\bthe proof of who you are\b/i, 'the ID token'],
  [/\bmakes no sense\b/i, 'is invalid'],
  [/\bspeaks against\b/i, 'a reason to refuse'],
  [/\bno yes\b|\bno no\b/i, 'unknown'],
  [/\bif it goes on\b/i, 'if this keeps happening'],
  [/\b(?:AWS|it|she|he) say(?:s|ing)? no\b/i, 'refuses'],
]

/** Every avoided word in the text, with its place. Code (fenced or in backquotes) is no prose. */
function found(where: string, text: string): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, (code) => code.replaceAll(/[^\n]/g, ' '))
  return prose.split('\n').flatMap((line, n) =>
    avoided.flatMap(([pattern, instead]) => {
      const word = pattern.exec(line)?.[0]
      return word === undefined ? [] : [`${where}:${n + 1}: "${word}": write ${instead}`]
    }),
  )
}

const markdown = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesIn('docs', '.md')]
const views = filesIn('views', '.eta')

function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Every string below, and what functions of texts return for ordinary arguments. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function') return [String((value as (...args: readonly unknown[]) => unknown)(2, 3, 4))]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

async function catalogues(): Promise<readonly (readonly [code: string, text: ErrorText])[]> {
  const files = filesIn('src', 'errors.ts').filter((path) => path.endsWith('/errors.ts'))
  const modules = await Promise.all(files.map((path) => import(join(ROOT, path)) as Promise<Record<string, unknown>>))
  return modules
    .flatMap((exported) => Object.values(exported))
    .flatMap((value) => Object.entries(value ?? {}).filter(isText))
}

function isText(entry: readonly [string, unknown]): entry is readonly [string, ErrorText] {
  const [, value] = entry
  return typeof value === 'object' && value !== null && 'sentence' in value && 'hint' in value
}

/** The help of every command of the program, with what is printed after it. */
function commandHelp(): string {
  const printed: string[] = []
  const print = (text: string): void => void printed.push(text)
  const program = buildProgram('1.0.0', commands, { printText: print, noteText: print } as unknown as Output)
  const show = (command: Command): void => {
    command.outputHelp()
    command.commands.forEach(show)
  }
  show(program)
  return printed.join('')
}

describe('the wording', () => {
  it.each([...markdown, ...views])('the wording of %s is plain', (path) => {
    expect(found(path, read(path))).toEqual([])
  })

  it('the wording of the pages is plain', () => {
    const strings = stringsIn(texts)
    expect(strings.length).toBeGreaterThan(200)
    expect(strings.flatMap((text) => found('texts.ts', text))).toEqual([])
  })

  it('the wording of errors, and of what to do next, is plain', async () => {
    const all = await catalogues()
    expect(all.length).toBeGreaterThan(200)
    expect(all.flatMap(([code, { sentence, hint }]) => [...found(code, sentence), ...found(code, hint)])).toEqual([])
  })

  it('the wording of presets is plain', () => {
    const strings = stringsIn([...samlPresets.values()])
    expect(strings.length).toBeGreaterThan(200)
    expect(strings.flatMap((text) => found('presets', text))).toEqual([])
  })

  it('the wording of forecasts and of lint findings is plain', () => {
    const forecasts = Object.entries(fixes).flatMap(([name, { meaning, change }]) => [
      [name, meaning],
      [name, change],
    ])
    const doubts = Object.entries(lintRules).flatMap(([name, { sentence, hint }]) => [
      [name, sentence],
      [name, hint],
    ])
    const all = [...forecasts, ...doubts]
    expect(all.flatMap(([name = '', text = '']) => found(name, text))).toEqual([])
  })

  it("the wording of the command line's help is plain", () => {
    const help = commandHelp()
    expect(help).toContain('Usage: fedgate explain')
    expect(found('--help', help)).toEqual([])
  })
})

describe('the check of words', () => {
  it.each([
    'Ask whoever runs this gateway.',
    'The user signs in anew.',
    'It is left out, so that nobody sees it.',
    'The ID token has to have a kid.',
    'Whether AWS allows it cannot be told.',
    'AWS takes 20,000 characters.',
    'The proof of who you are is too old.',
    'A name in braces stands for an attribute.',
  ])('finds "%s"', (sentence) => {
    expect(found('planted', `First line.\n${sentence}`)).toEqual([expect.stringMatching(/^planted:2: "/)])
  })

  it('leaves code alone, and keeps the numbers of lines after it', () => {
    expect(found('planted', '```\nwhoever\n```\n`person` signs in.\nA person signs in.')).toEqual([
      'planted:5: "person": write user, users',
    ])
  })
})
