/** Completion, read and used by the shells themselves. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireTool } from '../../tools.ts'
import { openWorkplace, type Ran, runProgram, type Workplace } from './one-file.ts'

let work: Workplace
beforeAll(async () => {
  work = await openWorkplace()
  await work.login()
  // As an installed program: the scripts call `fedgate`.
  await writeFile(join(work.home, 'bin/fedgate'), `#!/bin/sh\nexec ${process.execPath} ${work.file} "$@"\n`, {
    mode: 0o755,
  })
})
afterAll(() => work.close())

const inShell = (program: string, args: readonly string[]): Promise<Ran> =>
  runProgram([program, ...args], { ...work.env, PATH: `${join(work.home, 'bin')}:/usr/bin:/bin` })

const script = async (shell: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await work.run(['completion', shell])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const file = join(work.home, `completion.${shell}`)
  await writeFile(file, stdout)
  return file
}

/** What bash offers for a line, whose last word is being typed. */
const bashOffers = async (...words: string[]): Promise<readonly string[]> => {
  const file = await script('bash')
  const line = `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _fedgate; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = await inShell('/bin/bash', ['--norc', '-c', line])
  expect(stderr).toBe('')
  return stdout.split('\n').filter((one) => one !== '')
}

/** What fish offers for a line. */
const fishOffers = async (line: string): Promise<readonly string[]> => {
  const file = await script('fish')
  const { stdout } = await inShell('/usr/bin/fish', ['--no-config', '-c', `source ${file}; complete -C '${line}'`])
  return stdout
    .split('\n')
    .map((one) => one.split('\t')[0] ?? '')
    .filter((one) => one !== '')
}

const NAMES = ['444455556666/Developer', 'Production/Developer', 'admin']

describe('completion', () => {
  it.each(
    [
      ['/bin/bash', 'bash'],
      ['/usr/bin/zsh', 'zsh'],
      ['/usr/bin/fish', 'fish'],
    ].filter(([program]) => requireTool(program ?? '')),
  )('for %s is a script that it reads without an error', async (program, shell) => {
    expect(await inShell(program, ['-n', await script(shell)])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })

  it('in bash offers commands, options, choices and the names of roles', async () => {
    expect(await bashOffers('fedgate', 'cre')).toEqual(['credentials', 'credential-process'])
    expect(await bashOffers('fedgate', 'login', '--d')).toEqual(['--device'])
    expect(await bashOffers('fedgate', 'credentials', '--format', 'env')).toEqual(['env', 'env-no-export'])
    expect([...(await bashOffers('fedgate', 'exec', '--role', ''))].sort()).toEqual(NAMES)
    expect(await bashOffers('fedgate', 'exec', '--role', 'Prod')).toEqual(['Production/Developer'])
    expect(await bashOffers('fedgate', 'completion', 'z')).toEqual(['zsh'])
    expect(await bashOffers('fedgate', '')).not.toContain('role-names')
  })

  it.skipIf(!requireTool('/usr/bin/fish'))('in fish offers the same', async () => {
    expect([...(await fishOffers('fedgate cre'))].sort()).toEqual(['credential-process', 'credentials'])
    expect(await fishOffers('fedgate login --d')).toEqual(['--device'])
    expect(await fishOffers('fedgate credentials --format env')).toEqual(['env', 'env-no-export'])
    expect([...(await fishOffers('fedgate exec --role '))].sort()).toEqual(NAMES)
  })

  it.skipIf(!requireTool('/usr/bin/zsh'))(
    'in zsh defines its functions, and the one for roles asks the cache',
    async () => {
      const line = `source ${await script('zsh')}; compadd() { print -l -- "\${roles[@]}" }; _fedgate_roles`
      const { stdout } = await inShell('/usr/bin/zsh', ['-f', '-c', line])
      expect(
        stdout
          .split('\n')
          .filter((one) => one !== '')
          .sort(),
      ).toEqual(NAMES)
    },
  )

  it('asks no network for the names, and is silent when there are none', async () => {
    work.gateway.asked.clear()
    expect((await work.run(['role-names'])).stdout.split('\n').sort()).toEqual(['', ...NAMES])
    expect([...work.gateway.asked]).toEqual([])
    expect(await work.run(['role-names'], { env: { FEDGATE_URL: 'https://other.example' } })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
    expect(await work.run(['role-names'], { env: { FEDGATE_URL: 'not a URL' } })).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('refuses another shell', async () => {
    expect(await work.run(['completion', 'tcsh'])).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('Enter bash, zsh or fish.'),
    })
  })
})
