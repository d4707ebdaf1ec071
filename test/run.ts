/**
 * What `npm test` runs: brings the tools that the tests need beyond npm where it may, says what is missing where it may
 * not, then runs vitest with the arguments it was given. The last line is `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

interface Tool {
  readonly path: string
  readonly neededFor: string
}

const tools: readonly Tool[] = [
  { path: '/usr/bin/chromium', neededFor: 'the browser journeys' },
  { path: '/usr/bin/xmlsec1', neededFor: 'the independent XML signatures' },
  { path: '/usr/bin/xmllint', neededFor: 'the schemas of SAML metadata' },
  { path: '/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd', neededFor: 'the schemas of SAML metadata' },
  { path: '/usr/bin/aws', neededFor: 'the journeys with the real AWS CLI' },
  { path: '/usr/share/simplesamlphp', neededFor: 'the journeys with SimpleSAMLphp' },
  { path: '/usr/bin/php', neededFor: 'the journeys with SimpleSAMLphp' },
  { path: '/usr/lib/python3/dist-packages/boto3', neededFor: 'the command line with boto3' },
  { path: '/usr/lib/python3/dist-packages/saml2', neededFor: 'the journeys with pysaml2' },
  { path: '/usr/bin/fish', neededFor: 'the credentials in a real fish' },
  { path: '/usr/bin/zsh', neededFor: 'the credentials in a real zsh' },
  { path: '/usr/bin/redis-server', neededFor: 'the stores on Redis, its cluster and its sentinels' },
  { path: '/usr/sbin/nginx', neededFor: 'the journeys of two gateways behind a proxy' },
  { path: '/usr/bin/docker-compose', neededFor: 'the reading of docker-compose.yml' },
  { path: '/usr/bin/systemd-analyze', neededFor: 'the judgement of the systemd unit' },
  { path: '/usr/bin/promtool', neededFor: 'the alert rules, and a real Prometheus' },
  { path: '/usr/bin/patch', neededFor: 'the differences of profiles' },
  { path: '/usr/bin/openssl', neededFor: 'the keys of independent fixtures' },
]

const missing = (): readonly Tool[] => tools.filter(({ path }) => !existsSync(path))

const mayInstall = (): boolean => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const root = join(import.meta.dirname, '..')

const installTools = (): void => {
  const names = missing().map(({ path }) => path)
  if (names.length === 0 || !mayInstall()) return
  say(`Installing what the tests need: ${names.join(', ')} are missing.`)
  // Its output goes to stderr, so that the last line on stdout stays the count.
  const script = join(root, 'test/setup/install-tools.sh')
  const { status } = spawnSync(script, { stdio: ['ignore', process.stderr.fd, process.stderr.fd] })
  if (status !== 0) say(`test/setup/install-tools.sh ended with ${status}.`)
}

const tellWhatIsMissing = (): void => {
  const outcome = process.env.CI === 'true' ? 'will fail' : 'will be skipped'
  for (const { path, neededFor } of missing())
    say(`${path} is missing: ${neededFor} ${outcome}. Run test/setup/install-tools.sh as root on Debian.`)
}

const runVitest = (args: readonly string[]): number => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], { cwd: root, stdio: 'inherit' })
  return status ?? 1
}

installTools()
tellWhatIsMissing()
process.exitCode = runVitest(process.argv.slice(2))
