/** Picking a role from a list: what is typed, in which order they come, and the keys in a real terminal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matchingRoles } from '../../../src/cli/user/roles/matching.ts'
import { stepOf } from '../../../src/cli/user/roles/picker.ts'
import { rolesCalled } from '../../../src/core/role-names.ts'
import { ROLES } from './fake-gateway.ts'
import { openWorkplace, type Ran, runProgram, type Workplace } from './one-file.ts'

const names = (typed: string): readonly string[] =>
  matchingRoles(ROLES, typed).map(({ account, name }) => `${account.slice(0, 4)}/${name}`)

describe('the filter', () => {
  it.each([
    ['', ['1111/Developer', '1111/Admin', '4444/Developer']],
    ['dev', ['1111/Developer', '4444/Developer']],
    ['test dev', ['4444/Developer']],
    ['4444', ['4444/Developer']],
    ['prdadm', ['1111/Admin']],
    ['ADMIN', ['1111/Admin']],
    ['zzz', []],
  ])('"%s" leaves %j, the last used first', (typed, expected) => {
    expect(names(typed)).toEqual(expected)
  })

  it('puts a word in one piece before scattered letters', () => {
    const [first] = ROLES
    const roles = ['a-x-b-x-c', 'abc'].map(
      (name) => ({ ...ROLES[1], name, accountName: 'P', alias: 'q', arn: name }) as never,
    )
    expect(first).toBeDefined()
    expect(matchingRoles(roles, 'abc').map(({ name }) => name)).toEqual(['abc', 'a-x-b-x-c'])
  })
})

describe('the name of a role', () => {
  it.each([
    ['arn:aws:iam::111122223333:role/Admin', 1],
    ['admin', 1],
    ['Admin', 1],
    ['Production/developer', 1],
    ['Developer', 2],
    ['Dev', 0],
    ['', 0],
  ])('%s fits %s', (name, count) => {
    expect(rolesCalled(ROLES, name)).toHaveLength(count)
  })

  it('is an alias before it is the name of another role', () => {
    const roles = [
      { ...ROLES[0], name: 'Developer', alias: 'x' },
      { ...ROLES[2], name: 'x' },
    ] as typeof ROLES
    expect(rolesCalled(roles, 'x').map(({ alias }) => alias)).toEqual(['x'])
  })
})

describe('a key', () => {
  const state = { typed: 'ab', selected: 1 }

  it.each([
    [{ name: 'up' }, { typed: 'ab', selected: 0 }],
    [{ name: 'down' }, { typed: 'ab', selected: 2 }],
    [{ name: 'pagedown' }, { typed: 'ab', selected: 2 }],
    [{ name: 'backspace' }, { typed: 'a', selected: 0 }],
    [
      { name: 'u', ctrl: true },
      { typed: '', selected: 0 },
    ],
    [
      { name: 'c', text: 'c' },
      { typed: 'abc', selected: 0 },
    ],
    [{ text: 'é' }, { typed: 'abé', selected: 0 }],
    [{ name: 'tab', text: '\t' }, state],
    [{ name: 'x', meta: true, text: 'x' }, state],
    [{ name: 'return' }, 'pick'],
    [{ name: 'escape' }, 'cancel'],
    [{ name: 'c', ctrl: true }, 'cancel'],
  ])('%j leads to %j', (key, expected) => {
    expect(stepOf(state, { text: '', ...key }, 3)).toEqual(expected)
  })
})

/** Runs a program in a terminal of Python's, types the keys once the list is there, and prints what the screen got. */
const TERMINAL = `
import os, pty, sys, time, select
keys = sys.argv[1].encode().decode('unicode_escape').encode('latin1')
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen, typed = b'', False
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    seen += part
    if not typed and b'Type to filter' in seen:
        typed = True
        os.write(terminal, keys)
sys.stdout.write(seen.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

describe('the list in a terminal', () => {
  let work: Workplace
  beforeAll(async () => {
    work = await openWorkplace()
    await work.login()
  })
  afterAll(() => work.close())

  const type = (keys: string, ...args: string[]): Promise<Ran> =>
    runProgram(['python3', '-c', TERMINAL, keys, process.execPath, work.file, ...args], { ...work.env, TERM: 'xterm' })

  const SHOW = ['--', 'sh', '-c', 'echo got $FEDGATE_ROLE']

  it.each([
    ['Enter takes the first, which was used last', '\\r', 'arn:aws:iam::111122223333:role/Developer'],
    ['the arrow and Enter take the second', '\\x1b[B\\r', 'arn:aws:iam::111122223333:role/Admin'],
    ['typing filters', 'test\\r', 'arn:aws:iam::444455556666:role/Developer'],
    ['what is typed can be taken back', 'zzz\\x7f\\x7f\\x7fadm\\r', 'arn:aws:iam::111122223333:role/Admin'],
    ['Enter does nothing while nothing fits', 'zzz\\r\\x15adm\\r', 'arn:aws:iam::111122223333:role/Admin'],
  ])('%s', async (_what, keys, role) => {
    const ran = await type(keys, 'exec', ...SHOW)
    expect(ran.exitCode).toBe(0)
    expect(ran.stdout).toContain(`got ${role}\r\n`)
  })

  it.each([
    ['Ctrl-C', '\\x03'],
    ['Esc', '\\x1b'],
  ])('%s ends it with 130, and runs nothing', async (_key, keys) => {
    const ran = await type(keys, 'exec', ...SHOW)
    expect(ran.exitCode).toBe(130)
    expect(ran.stdout).not.toContain('got')
  })

  it('begins with a name that fits no role', async () => {
    const ran = await type('\\r', 'exec', '--role', 'prdadm', ...SHOW)
    expect(ran.stdout).toContain('got arn:aws:iam::111122223333:role/Admin\r\n')
  })

  it('is not asked by credential-process, which fails instead', async () => {
    const ran = await type('', 'credential-process', '--role', 'Developer')
    expect(ran).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('Several roles are named Developer') })
  })
})
