/** `fedgate profiles`: what is ours in ~/.aws/config, and that nothing else in it ever changes. */
import { spawnSync } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outsideOf, withBlock } from '../../../src/cli/user/profiles/block.ts'
import { commandLine } from '../../../src/cli/user/profiles/command-line.ts'
import { unifiedDiff } from '../../../src/cli/user/profiles/diff.ts'
import { profileNames } from '../../../src/cli/user/profiles/names.ts'
import { sectionsOf } from '../../../src/cli/user/profiles/sections.ts'
import type { Role } from '../../../src/cli/user/roles/role.ts'
import { AWS } from '../../harness/aws-cli.ts'
import { PYTHON } from '../../harness/boto3.ts'
import { requireTool } from '../../tools.ts'
import { ROLE, ROLES } from './fake-gateway.ts'
import { openWorkplace, runProgram, type Workplace } from './one-file.ts'

const GATEWAY = 'https://aws.example.com'

/** Text of other programs and of people: nested settings, comments, both line ends, no line end, other encodings. */
const foreignText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[profile x]',
        '[default]',
        's3 =',
        '  max_concurrent_requests = 20',
        'region=eu-west-1',
        '# comment',
        '; comment',
        '',
        '   ',
        '[sso-session a]',
        '# BEGIN fedgate https://other.example',
        '# END fedgate https://other.example',
        '# BEGIN_AWS_SSO_CLI',
        '\u00ff\u0000x',
      ),
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)) }),
    ),
  )
  .chain((lines) =>
    fc
      .tuple(fc.constantFrom('\n', '\r\n'), fc.boolean(), fc.boolean())
      .map(([eol, ends, bom]) => `${bom ? '\u00ef\u00bb\u00bf' : ''}${lines.join(eol)}${ends ? eol : ''}`),
  )
const ourLines = fc.array(fc.constantFrom('[profile a]', 'region = eu-west-1', '', '# note', 'x = ü'), { minLength: 1 })

describe('the block', () => {
  it('changes nothing outside of it, whatever is there', () => {
    fc.assert(
      fc.property(foreignText, ourLines, ourLines, (text, first, second) => {
        const once = withBlock(text, GATEWAY, first)
        expect(once.startsWith(text)).toBe(true)
        expect(withBlock(once, GATEWAY, first)).toBe(once)
        const outside = outsideOf(once, GATEWAY)
        const again = withBlock(once, GATEWAY, second)
        expect(outsideOf(again, GATEWAY)).toBe(outside)
        expect(withBlock(withBlock(again, GATEWAY, first), GATEWAY, [])).toBe(outside)
      }),
    )
  })

  it('stays where it is, with what others wrote after it', () => {
    fc.assert(
      fc.property(foreignText, foreignText, ourLines, ourLines, (before, after, first, second) => {
        const end = before === '' || before.endsWith('\n') ? before : `${before}\n`
        const text = `${end}# BEGIN fedgate ${GATEWAY}\n${first.join('\n')}\n# END fedgate ${GATEWAY}\n${after}`
        const changed = withBlock(text, GATEWAY, second)
        expect(changed.startsWith(end)).toBe(true)
        expect(changed.endsWith(after)).toBe(true)
        expect(outsideOf(changed, GATEWAY)).toBe(end + after)
      }),
    )
  })

  it('is one of each gateway', () => {
    const both = withBlock(withBlock('', GATEWAY, ['a']), 'https://other.example', ['b'])
    expect(outsideOf(outsideOf(both, GATEWAY), 'https://other.example')).toBe('\n')
    expect(withBlock(both, GATEWAY, ['c'])).toBe(both.replace('a\n', 'c\n'))
  })

  it('has the line ends of the file', () => {
    expect(withBlock('[default]\r\n', GATEWAY, ['a', 'b'])).toBe(
      `[default]\r\n\r\n# BEGIN fedgate ${GATEWAY}\r\na\r\nb\r\n# END fedgate ${GATEWAY}\r\n`,
    )
    expect(withBlock('[default]', GATEWAY, ['a'])).toBe(
      `[default]\n\n# BEGIN fedgate ${GATEWAY}\na\n# END fedgate ${GATEWAY}\n`,
    )
    expect(withBlock('', GATEWAY, ['a'])).toBe(`# BEGIN fedgate ${GATEWAY}\na\n# END fedgate ${GATEWAY}\n`)
  })

  it.each([
    ['no end', [`# BEGIN fedgate ${GATEWAY}`, 'x']],
    ['no beginning', ['x', `# END fedgate ${GATEWAY}`]],
    ['the wrong order', [`# END fedgate ${GATEWAY}`, `# BEGIN fedgate ${GATEWAY}`]],
    ['two beginnings', [`# BEGIN fedgate ${GATEWAY}`, `# BEGIN fedgate ${GATEWAY}`, `# END fedgate ${GATEWAY}`]],
  ])('with %s is refused and left to the user', (_why, lines) => {
    expect(() => withBlock(lines.join('\n'), GATEWAY, ['a'])).toThrow(
      expect.objectContaining({ code: 'cli.profiles_marks' }),
    )
  })
})

const role = (account: string, accountName: string, name: string, more: Partial<Role> = {}): Role => ({
  ...(ROLES[0] as Role),
  arn: `arn:aws:iam::${account}:role/${name}`,
  account,
  accountName,
  name,
  ...more,
})

describe('the names of profiles', () => {
  const [a, b] = [role('111111111111', 'Prod', 'Dev'), role('222222222222', 'Prod', 'Dev')]

  it.each([
    ['{accountName}-{role}', ['My-Team-Dev']],
    ['{account}.{role}', ['111111111111.Dev']],
    ['{alias}', ['dev']],
    ['aws/{provider}/{role}', ['aws/corp/Dev']],
    ['{accountName} ({role})', ['My-Team-Dev']],
  ])('come from the template %s', (template, names) => {
    expect(profileNames([role('111111111111', 'My  Team', 'Dev', { alias: 'dev' })], template, new Set())).toEqual(
      names,
    )
  })

  it('have the account where two are the same, whatever the order', () => {
    const names = ['Prod-Dev-111111111111', 'Prod-Dev-222222222222']
    expect(profileNames([a, b], '{accountName}-{role}', new Set())).toEqual(names)
    expect(profileNames([b, a], '{accountName}-{role}', new Set())).toEqual(names.toReversed())
  })

  it('leave names that are taken, and the default profile, alone', () => {
    expect(profileNames([a], '{accountName}-{role}', new Set(['Prod-Dev']))).toEqual(['Prod-Dev-111111111111'])
    expect(profileNames([a], 'default', new Set())).toEqual(['default-111111111111'])
  })

  it('are distinct, valid and free, for any roles', () => {
    const anyRole = fc
      .record({
        account: fc.constantFrom('111111111111', '222222222222'),
        accountName: fc.constantFrom('Prod', 'Prod!', '', 'ü'),
        name: fc.constantFrom('A', 'B', 'Prod-A'),
      })
      .map(({ account, accountName, name }) => role(account, accountName, name))
    const template = fc.constantFrom('{accountName}-{role}', '{role}', 'x', '{accountName}')
    const taken = fc.array(fc.constantFrom('Prod-A', 'A', 'x', 'x-111111111111')).map((names) => new Set<string>(names))
    fc.assert(
      fc.property(fc.array(anyRole, { maxLength: 12 }), template, taken, (roles, name, names) => {
        const made = profileNames(roles, name, names)
        expect(new Set(made).size).toBe(roles.length)
        expect(made.filter((one) => names.has(one) || !/^[\w+=,.@:/-]{1,128}$/.test(one))).toEqual([])
      }),
    )
  })

  it('refuse a field that they do not know', () => {
    expect(() => profileNames([a], '{region}', new Set())).toThrow(
      expect.objectContaining({ code: 'cli.profile_template', exitCode: 2 }),
    )
    expect(() => profileNames([a], '{constructor}', new Set())).toThrow(
      expect.objectContaining({ code: 'cli.profile_template' }),
    )
  })
})

describe('the command of a profile', () => {
  const words = fc.array(
    fc.string({ minLength: 1 }).filter((text) => !/[\n\r\0]/.test(text)),
    { minLength: 1, maxLength: 4 },
  )

  it('is split by a POSIX shell and by Python into the same words', () => {
    const all = fc.sample(words, 60)
    const script = 'import json,shlex,sys; print(json.dumps([shlex.split(line) for line in json.load(sys.stdin)]))'
    const lines = all.map((one) => commandLine(one, 'linux'))
    const { stdout } = spawnSync('python3', ['-c', script], { input: JSON.stringify(lines), encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual(all)
    for (const [at, line] of lines.entries()) {
      const shell = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
      expect(shell.stdout.split('\0').slice(0, -1)).toEqual(all[at])
    }
  })

  it('is quoted on Windows only where it must be, as cmd /C keeps no more than one pair at the front', () => {
    expect(
      commandLine(['C:\\Program Files\\nodejs\\node.exe', 'C:\\Users\\me\\fedgate.mjs', '--role', ROLE], 'win32'),
    ).toBe(`"C:\\Program Files\\nodejs\\node.exe" C:\\Users\\me\\fedgate.mjs --role ${ROLE}`)
    expect(commandLine(['C:\\a b\\'], 'win32')).toBe('"C:\\a b\\\\"')
  })
})

describe('the sections of a file', () => {
  it('are found with their keys, nested ones left out', () => {
    const text =
      '[default]\nregion = x\n\n[profile  a b]\r\ns3 =\r\n  addressing_style = path\r\n# [profile no]\n[ "q" ]\nAWS_Access_Key_Id=1'
    expect(sectionsOf(text)).toEqual([
      { name: 'default', isProfile: false, keys: ['region'] },
      { name: 'a b', isProfile: true, keys: ['s3'] },
      { name: 'q', isProfile: false, keys: ['aws_access_key_id'] },
    ])
  })
})

describe('a diff', () => {
  it('is one that patch applies', async () => {
    const texts = fc
      .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''))
    const folder = join(work.home, 'patch')
    await mkdir(folder)
    for (const [before, after] of fc.sample(fc.tuple(texts, texts), 25)) {
      await writeFile(join(folder, 'f'), before)
      const input = unifiedDiff('f', before, after)
      if (input !== '') expect(spawnSync('patch', ['-s', '-p0'], { cwd: folder, input }).status).toBe(0)
      expect(await readFile(join(folder, 'f'), 'utf8').catch(() => '')).toBe(after)
    }
  })
})

let work: Workplace
beforeAll(async () => {
  work = await openWorkplace()
  await work.login()
})
afterAll(() => work.close())

beforeEach(async () => {
  work.gateway.roles = [...ROLES]
  await rm(join(work.home, '.aws'), { recursive: true, force: true })
})

const config = (): string => join(work.home, '.aws/config')

describe('fedgate profiles', () => {
  it('writes a profile for each role, which the AWS CLI, boto3 and everyone can read', async () => {
    const ran = await work.run(['profiles'])
    expect(ran).toEqual({ exitCode: 0, stdout: '', stderr: `Wrote 3 profiles to ${config()}.\n` })
    const text = await readFile(config(), 'utf8')
    const { url } = work.gateway
    const command = (arn: string) =>
      `credential_process = ${process.execPath} ${work.file} credential-process --gateway ${url} --role ${arn}`
    expect(text).toBe(
      [
        `# BEGIN fedgate ${url}`,
        '# Written by `fedgate profiles`. Your changes between BEGIN and END are lost the next time.',
        '',
        '[profile Production-Admin]',
        `# Cannot renew by itself. When it expires: fedgate login --gateway ${url} --role arn:aws:iam::111122223333:role/Admin`,
        command('arn:aws:iam::111122223333:role/Admin'),
        'region = eu-west-1',
        'output = json',
        '',
        '[profile Production-Developer]',
        command(ROLE),
        'region = eu-west-1',
        'output = json',
        '',
        '[profile Test,-old-Developer]',
        command('arn:aws:iam::444455556666:role/Developer'),
        'region = us-east-1',
        'output = json',
        `# END fedgate ${url}`,
        '',
      ].join('\n'),
    )
    expect((await stat(config())).mode & 0o777).toBe(0o600)
  })

  it.skipIf(PYTHON === undefined)('is what boto3 uses', { timeout: 60_000 }, async () => {
    await work.run(['profiles'])
    const script = `
import boto3
session = boto3.Session(profile_name='Production-Developer')
credentials = session.get_credentials().get_frozen_credentials()
print(session.available_profiles, session.region_name, credentials.access_key[:4], credentials.secret_key)`
    const env = { ...work.env, FEDGATE_URL: undefined }
    expect(await runProgram([PYTHON ?? '', '-c', script], env)).toEqual({
      exitCode: 0,
      stdout: `['Production-Admin', 'Production-Developer', 'Test,-old-Developer'] eu-west-1 ASIA secret/it's\n`,
      stderr: '',
    })
  })

  it.skipIf(!requireTool(AWS))('is what the AWS CLI uses', { timeout: 60_000 }, async () => {
    await work.run(['profiles'])
    const ran = await runProgram([AWS, 'configure', 'list', '--profile', 'Production-Developer'], work.env)
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toMatch(/secret_key +\*+it's +custom-process/)
  })

  it.skipIf(PYTHON === undefined)(
    'quotes a path with spaces for the tools that split it',
    { timeout: 60_000 },
    async () => {
      const folder = join(work.home, "My Tools (it's)")
      await mkdir(folder)
      const file = join(folder, 'fedgate.mjs')
      await writeFile(file, await readFile(work.file))
      await runProgram([process.execPath, file, 'profiles'], work.env)
      const script =
        "import boto3; print(boto3.Session(profile_name='Production-Developer').get_credentials().get_frozen_credentials().token)"
      expect(await runProgram([PYTHON ?? '', '-c', script], work.env)).toMatchObject({ stdout: 'token+==\n' })
    },
  )

  it('shows what would change, and changes nothing', async () => {
    await mkdir(join(work.home, '.aws'))
    await writeFile(config(), '[default]\nregion = eu-west-1\n')
    const ran = await work.run(['profiles', '--diff'])
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout).toMatch(
      /^--- .*\n\+\+\+ .*\n@@ -1,2 \+1,22 @@\n \[default\]\n region = eu-west-1\n\+\n\+# BEGIN fedgate /,
    )
    expect(await readFile(config(), 'utf8')).toBe('[default]\nregion = eu-west-1\n')
  })

  it('removes profiles of roles that are gone, and the block with the last', async () => {
    await mkdir(join(work.home, '.aws'))
    await writeFile(config(), '[default]\n')
    await work.run(['profiles'])
    work.gateway.roles = ROLES.slice(0, 1)
    await work.run(['profiles'])
    expect(sectionsOf(await readFile(config(), 'utf8')).map(({ name }) => name)).toEqual([
      'default',
      'Production-Developer',
    ])
    work.gateway.roles = []
    expect((await work.run(['profiles'])).stderr).toBe(`Wrote 0 profiles to ${config()}.\n`)
    expect(await readFile(config(), 'utf8')).toBe('[default]\n\n')
  })

  it('says so when nothing changes, and writes nothing', async () => {
    await work.run(['profiles'])
    const before = await stat(config())
    expect((await work.run(['profiles'])).stderr).toBe(`${config()} is up to date: 3 profiles.\n`)
    expect((await stat(config())).ino).toBe(before.ino)
  })

  it('keeps bytes that are no UTF-8, and CRLF', async () => {
    await mkdir(join(work.home, '.aws'))
    const before = Buffer.from([0xef, 0xbb, 0xbf, 0x5b, 0x61, 0x5d, 0x0d, 0x0a, 0xff, 0xfe, 0x00])
    await writeFile(config(), before)
    await work.run(['profiles'])
    const after = await readFile(config())
    expect(after.subarray(0, before.length).equals(before)).toBe(true)
    expect(
      after
        .subarray(before.length)
        .toString()
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith('\r')),
    ).toBe(true)
  })

  it('follows a link, and keeps the mode', async () => {
    await mkdir(join(work.home, '.aws'))
    const real = join(work.home, 'dotfiles-config')
    await writeFile(real, '[default]\n')
    await chmod(real, 0o640)
    await symlink(real, config())
    await work.run(['profiles'])
    expect((await lstat(config())).isSymbolicLink()).toBe(true)
    expect(await readFile(real, 'utf8')).toContain('[profile Production-Admin]')
    expect((await stat(real)).mode & 0o777).toBe(0o640)
    expect(await readdir(join(work.home, '.aws'))).toEqual(['config'])
  })

  it('honours AWS_CONFIG_FILE', async () => {
    const file = join(work.home, 'other', 'config')
    await work.run(['profiles'], { env: { AWS_CONFIG_FILE: file } })
    expect(await readFile(file, 'utf8')).toContain('[profile Production-Admin]')
    await work.run(['profiles'], { env: { AWS_CONFIG_FILE: '~/tilde' } })
    expect(await readFile(join(work.home, 'tilde'), 'utf8')).toContain('[profile Production-Admin]')
  })

  it('leaves a profile of the same name alone, and says which name it took', async () => {
    await mkdir(join(work.home, '.aws'))
    await writeFile(config(), '[profile Production-Admin]\nregion = us-west-2\n')
    const ran = await work.run(['profiles'])
    expect(ran.stderr).toContain(
      '[profile Production-Admin] is in the file already and stays as it is. The new profile is Production-Admin-111122223333.\n',
    )
    expect(await readFile(config(), 'utf8')).toMatch(/^\[profile Production-Admin\]\nregion = us-west-2\n\n# BEGIN/)
  })

  it('warns where keys in the credentials file would win', async () => {
    await mkdir(join(work.home, '.aws'))
    await writeFile(join(work.home, '.aws/credentials'), '[Production-Developer]\naws_access_key_id = AKIA\n')
    const ran = await work.run(['profiles'])
    expect(ran.stderr).toContain(
      `Warning: [Production-Developer] in ${join(work.home, '.aws/credentials')} has keys, which AWS tools use instead.`,
    )
  })

  it.each([
    ['a template with an unknown field', ['--name-template', '{x}'], 2, 'The name template has an unknown field: {x}'],
    ['marks that do not match', [], 1, 'do not form one pair (line 2).'],
  ])('fails for %s and leaves the file alone', async (_why, args, exitCode, stderr) => {
    await mkdir(join(work.home, '.aws'))
    const before = `[default]\n${exitCode === 1 ? `# BEGIN fedgate ${work.gateway.url}\n` : ''}`
    await writeFile(config(), before)
    const ran = await work.run(['profiles', ...args])
    expect(ran).toMatchObject({ exitCode, stdout: '' })
    expect(ran.stderr).toContain(stderr)
    expect(await readFile(config(), 'utf8')).toBe(before)
  })

  it('killed at any moment leaves the old file or the new one', { timeout: 120_000 }, async () => {
    await mkdir(join(work.home, '.aws'))
    const before = '[default]\nregion = eu-west-1\n'
    await writeFile(config(), before)
    await work.run(['profiles'])
    const after = await readFile(config(), 'utf8')
    for (let round = 0; round < 15; round++) {
      await writeFile(config(), before)
      await work.run(['profiles'], { meanwhile: (child) => setTimeout(() => child.kill('SIGKILL'), 60 + round * 25) })
      expect([before, after]).toContain(await readFile(config(), 'utf8'))
    }
  })
})
