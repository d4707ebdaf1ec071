/**
 * The steps of the Dockerfile without a container engine: its build stage twice in two folders, then its last stage with
 * what the first built. Not run: `npm ci` and `npm prune` (the packages that are here are lent), USER and the base image.
 */
import { createHash } from 'node:crypto'
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runScript } from '../harness/command.ts'
import { freePort } from '../harness/ports.ts'
import { createTestIdp } from '../harness/test-idp.ts'
import { ROOT } from '../setup/built.ts'
import { copiesOf, copyStage, type Instruction, isInContext, readRoot, run, stages } from './built-copies.ts'

const wordOf = (stage: readonly Instruction[], name: string): string =>
  stage.find((instruction) => instruction.name === name)?.words ?? ''

/** What `npm pack` makes of a folder: the checksum, and the names of the files. */
const packed = async (folder: string) => {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: folder,
  })
  const [{ filename, files }] = JSON.parse(stdout)
  const checksum = createHash('sha256')
    .update(await readFile(join(folder, filename)))
    .digest('hex')
  return { checksum, names: files.map(({ path }: { path: string }) => path) as readonly string[] }
}

describe('the image and the package', { timeout: 240_000 }, () => {
  let folder: string
  let build: readonly Instruction[]
  let image: readonly Instruction[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fedgate-image-'))
    const [first = [], second = []] = stages(await readRoot('Dockerfile'))
    ;[build, image] = [first, second]
    const one = join(folder, 'one')
    const another = join(folder, 'another/and-deeper')
    for (const at of [one, another]) await copyStage(build, at)
    await run('npm', ['run', '--silent', 'build'], { cwd: one })
    // Without the type checker, as the tests' own program is built: that is most of the time.
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'], {
      cwd: another,
    })
    for (const script of ['bundle-cli', 'package-extras'])
      await run(process.execPath, [join(another, `scripts/${script}.mjs`)])
  }, 240_000)

  afterAll(async () => {
    await run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  })

  it('the context has every path that the Dockerfile copies', async () => {
    const ignored = await readRoot('.dockerignore')
    const copied = [...copiesOf(build), ...copiesOf(image)].map(([from]) => from)
    expect(copied).toContain('deploy')
    expect(copied.filter((path) => !isInContext(ignored, path))).toEqual([])
  })

  it('two builds in two folders give the same tarball, byte by byte', async () => {
    for (const name of ['one', 'another/and-deeper'])
      for (const path of ['deploy', 'docs', 'README.md', 'LICENSE', 'CHANGELOG.md'])
        await cp(join(ROOT, path), join(folder, name, path), { recursive: true })
    const one = await packed(join(folder, 'one'))
    const another = await packed(join(folder, 'another/and-deeper'))
    expect(another.checksum).toBe(one.checksum)
    expect(one.names).toEqual(
      expect.arrayContaining([
        'dist/main.js',
        'dist/cli/fedgate.mjs',
        'dist/cli/fedgate.mjs.sha256',
        'dist/completion/fedgate.bash',
        'dist/completion/_fedgate',
        'dist/completion/fedgate.fish',
        'dist/sbom.cdx.json',
        'dist/local-aws/for-tests.js',
        'dist/local-aws/for-tests.d.ts',
        'deploy/fedgate.service',
        'deploy/kubernetes/kustomization.yaml',
        'docs/README.md',
        'schema/fedgate.schema.json',
        'views/layout.eta',
        'LICENSE',
      ]),
    )
    expect(one.names.filter((name) => /^(src|test|certs|state)\/|\.key$/.test(name))).toEqual([])
  })

  it('the package exports fedgate/local-aws, with types that need nothing else', async () => {
    const program = join(folder, 'one/consumer.ts')
    await writeFile(
      program,
      "import { startLocalAws, type LocalAws } from 'fedgate/local-aws'\n" +
        'const aws: LocalAws = await startLocalAws({ port: 0 })\n' +
        "console.log((await aws.token({ shape: 'eks', pod: 'web' })).split('.').length)\nawait aws.close()\n",
    )
    const flags = [
      '--ignoreConfig',
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--rootDir',
      '.',
      '--outDir',
      'consumer',
    ]
    await run(process.execPath, ['node_modules/typescript/bin/tsc', ...flags, 'consumer.ts'], {
      cwd: join(folder, 'one'),
    })
    const { stdout } = await run(process.execPath, ['consumer/consumer.js'], { cwd: join(folder, 'one') })
    expect(stdout).toBe('3\n')
  })

  it('the bill of materials names each package that is installed in production, and no other', async () => {
    const { bomFormat, components } = JSON.parse(await readFile(join(folder, 'one/dist/sbom.cdx.json'), 'utf8'))
    const { packages } = JSON.parse(await readRoot('package-lock.json'))
    const shipped = Object.entries(packages as Record<string, { dev?: true; version: string }>)
      .filter(([path, { dev }]) => path !== '' && !dev)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`)
    const listed = (components as readonly { group?: string; name: string; version: string }[]).map(
      ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name}@${version}`,
    )
    expect(bomFormat).toBe('CycloneDX')
    expect(new Set(listed)).toEqual(new Set(shipped))
  })

  it('the last stage serves on every interface, from a folder that it cannot write to', async () => {
    const at = join(folder, 'opt')
    await copyStage(image, at)
    await cp(join(folder, 'one/dist'), join(at, 'dist'), { recursive: true })
    await cp(join(folder, 'one/package.json'), join(at, 'package.json'))
    await run('chmod', ['-R', 'a-w', at])
    const port = await freePort()
    const etc = join(folder, 'etc')
    await cp(join(ROOT, 'deploy/compose'), etc, { recursive: true })
    await run(process.execPath, [
      join(ROOT, 'deploy/compose/make-keys.mjs'),
      join(etc, 'keys'),
      join(etc, 'tls'),
      'fedgate.localhost',
    ])
    await writeFile(join(etc, 'idp.xml'), (await createTestIdp('corp')).metadata)
    await writeFile(
      join(etc, 'fedgate.yaml'),
      `baseUrl: https://fedgate.localhost
listen: { port: ${port} }
session: { secret: "\${SESSION_SECRET}" }
sts: { endpoint: aws }
signing: { key: ./keys/signing.key, certificate: ./keys/signing.crt }
providers:
  - { id: corp, protocol: saml, metadata: ./idp.xml }
`,
    )
    const env = Object.fromEntries(
      wordOf(image, 'ENV')
        .trim()
        .split(/\s+/)
        .map((pair) => pair.split('=') as [string, string]),
    )
    expect(env.FEDGATE_HOST).toBe('0.0.0.0')
    const [, ...start]: readonly string[] = JSON.parse(wordOf(image, 'ENTRYPOINT'))
    const options = start.slice(0, -1)
    const script = (start.at(-1) ?? '').replace('/opt/fedgate', at)
    const command = (JSON.parse(wordOf(image, 'CMD')) as readonly string[]).map((word) =>
      word.replace('/etc/fedgate', etc),
    )
    const gateway = runScript([script, ...command], {
      env: { ...env, NODE_OPTIONS: options.join(' '), SESSION_SECRET: 'only for tests, and long enough for them' },
    })
    try {
      await gateway.said(`fedgate listens on 0.0.0.0:${port}`)
      const [, ...check]: readonly string[] = JSON.parse(wordOf(image, 'HEALTHCHECK').replace(/^.*CMD /, ''))
      const healthcheck = (url: string) =>
        runScript([(check[0] ?? '').replace('/opt/fedgate', at)], { env: { FEDGATE_HEALTH_URL: url } }).ended
      expect(await healthcheck(`http://127.0.0.1:${port}/healthz`)).toBe(0)
      expect(await healthcheck(`http://127.0.0.1:${await freePort()}/healthz`)).toBe(1)
      gateway.process.kill('SIGTERM')
      expect(await gateway.ended).toBe(0)
    } finally {
      gateway.process.kill('SIGKILL')
    }
    await chmod(at, 0o755)
  })
})
