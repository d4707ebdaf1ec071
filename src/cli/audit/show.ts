import { LINE_START } from '../../audit/chain/format.ts'
import { readLines } from '../../audit/chain/read-lines.ts'
import { isObject } from '../../core/json.ts'
import { openOutput, plain } from '../output.ts'
import { AuditCommandError } from './errors.ts'
import { followKey } from './follow.ts'
import type { AuditShowOptions } from './options.ts'

/** A line as it was read, and its fields. */
export interface ShownLine {
  readonly text: string
  readonly fields: Fields
}

export type Fields = Readonly<Record<string, unknown>>

type Test = (fields: Fields) => boolean

/** Prints the lines that meet all conditions. Throws AuditCommandError. */
export async function runAuditShow(options: AuditShowOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const show = (line: ShownLine): void => output.print(options.json ? line.text : plain(rowOf(line.fields)))
  if (options.follow !== undefined) {
    const { lines, next } = await followKey(options.files, options.follow)
    for (const line of lines) show(line)
    if (!options.json) for (const line of next) output.note(line)
    return
  }
  const tests = testsOf(options)
  await eachLine(options.files, (line) => {
    if (tests.every((meets) => meets(line.fields))) show(line)
  })
}

/** Calls it with each event of the files. Lines that are no events are left out. Throws AuditCommandError. */
export async function eachLine(files: readonly string[], onLine: (line: ShownLine) => void): Promise<void> {
  for (const file of files)
    await readLines(file, (octets) => {
      // A collector may have put something before it.
      const text = octets.toString('utf8', Math.max(0, octets.lastIndexOf(LINE_START)))
      const fields = fieldsOf(text)
      if (fields) onLine({ text, fields })
    }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === undefined) throw cause
      const sentence = `The file ${file} cannot be read (${cause.code}).`
      throw new AuditCommandError('audit.file_unreadable', { sentence, cause })
    })
}

/** The value at a path of names; undefined if it is not a text. */
export function textAt(fields: Fields, ...path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((inside, name) => (isObject(inside) ? inside[name] : undefined), fields)
  return typeof value === 'string' ? value : undefined
}

function fieldsOf(text: string): Fields | undefined {
  if (!text.startsWith(LINE_START)) return undefined
  try {
    const fields: unknown = JSON.parse(text)
    return isObject(fields) ? fields : undefined
  } catch {
    return undefined
  }
}

function testsOf(options: AuditShowOptions): readonly Test[] {
  const { user, provider, role, reference, event, code, accessKey, since, until } = options
  const is = (wanted: string | undefined, ...path: readonly string[]): readonly Test[] =>
    wanted === undefined ? [] : [(fields) => textAt(fields, ...path) === wanted]
  const timeOf = (fields: Fields): number => Date.parse(textAt(fields, 'eventTime') ?? '')
  return [
    // The signatures of the log itself, unless they are asked for.
    ...(event === undefined ? [(fields: Fields) => fields.eventName !== 'audit.head'] : []),
    ...is(user, 'subject'),
    ...is(provider, 'provider'),
    ...is(reference, 'referenceId'),
    ...is(event, 'eventName'),
    ...(code === undefined ? [] : [(fields: Fields) => hasCode(fields, code)]),
    ...is(accessKey, 'responseElements', 'accessKeyId'),
    ...(role === undefined ? [] : [(fields: Fields) => isRole(textAt(fields, 'requestParameters', 'roleArn'), role)]),
    ...(since === undefined ? [] : [(fields: Fields) => timeOf(fields) >= since.getTime()]),
    ...(until === undefined ? [] : [(fields: Fields) => timeOf(fields) < until.getTime()]),
  ]
}

/** Of its own, or among those that a line counts. */
function hasCode({ errorCode, errorCodes }: Fields, code: string): boolean {
  return errorCode === code || (isObject(errorCodes) && code in errorCodes)
}

function isRole(arn: string | undefined, role: string): boolean {
  return arn === role || arn?.slice(arn.lastIndexOf('/') + 1) === role
}

/** Time, event, user, role, access key or error, and reference: what is not there is a dash. */
function rowOf(fields: Fields): string {
  const [provider, subject] = [textAt(fields, 'provider'), textAt(fields, 'subject')]
  const user = [provider, subject].filter((part) => part !== undefined).join('/')
  const outcome = textAt(fields, 'responseElements', 'accessKeyId') ?? textAt(fields, 'errorCode')
  const cells: readonly [string | undefined, number][] = [
    [textAt(fields, 'eventTime'), 24],
    [textAt(fields, 'eventName'), 15],
    [user, 24],
    [textAt(fields, 'requestParameters', 'roleArn'), 44],
    [outcome, 24],
    [textAt(fields, 'referenceId'), 0],
  ]
  return cells.map(([text, width]) => (text || '-').padEnd(width)).join('  ')
}
