/** SimpleSAMLphp from Debian on PHP's own server: a real identity provider on a free port, without Docker. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyPair, keyPairFromPem } from '../../../src/core/keys.ts'
import { createKeyPem } from '../../../src/issuer/keys.ts'
import { freePort } from '../../harness/ports.ts'

export const PHP = '/usr/bin/php'
export const SIMPLESAMLPHP = '/usr/share/simplesamlphp'

export interface SimpleSamlPhp {
  /** Its metadata is where its entityID says. */
  readonly entityId: string
  /** Where a logout begins that the identity provider starts itself. */
  readonly logoutUrl: string
  /** Its key, for messages that it would not write by itself. */
  readonly keys: KeyPair
  /** Makes a service provider known by its metadata. */
  register(id: string, metadata: string): Promise<void>
  close(): Promise<void>
}

/** Its warnings on PHP 8.2 would spoil redirects: kept out of the pages. */
const QUIET = ['-d', 'display_errors=0', '-d', 'error_reporting=0', '-d', 'short_open_tag=0']

/** PHP says on stderr when it listens. */
const listening = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('started')) resolve()
    })
    server.once('error', reject).once('exit', (code) => reject(new Error(`PHP ended with ${code}: ${said}`)))
  })

/** What it reads and writes at run time: keys, sessions, the log, and its web folder under the name it wants. */
const prepare = async (): Promise<{ readonly scratch: string; readonly keys: KeyPair }> => {
  const scratch = await mkdtemp(join(tmpdir(), 'fedgate-ssp-'))
  const { privateKey, certificate } = await createKeyPem('SimpleSAMLphp', new Date())
  await writeFile(join(scratch, 'idp.key'), privateKey)
  await writeFile(join(scratch, 'idp.crt'), certificate)
  await mkdir(join(scratch, 'www'))
  await symlink(join(SIMPLESAMLPHP, 'www'), join(scratch, 'www/simplesaml'))
  return { scratch, keys: keyPairFromPem(privateKey, certificate) }
}

export const startSimpleSamlPhp = async (): Promise<SimpleSamlPhp> => {
  const [{ scratch, keys }, port] = [await prepare(), await freePort()]
  const origin = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env.PATH ?? '',
    SIMPLESAMLPHP_CONFIG_DIR: join(import.meta.dirname, 'config'),
    SSP_SCRATCH: scratch,
    SSP_ORIGIN: origin,
  }
  const folders = ['-t', join(scratch, 'www'), join(import.meta.dirname, 'router.php')]
  const args = [...QUIET, '-d', `session.save_path=${scratch}`, '-S', `127.0.0.1:${port}`, ...folders]
  const server = spawn(PHP, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  await listening(server)
  return {
    entityId: `${origin}/simplesaml/saml2/idp/metadata.php`,
    logoutUrl: `${origin}/simplesaml/saml2/idp/SingleLogoutService.php?ReturnTo=${origin}/simplesaml/logout.php`,
    keys,
    register: (id, metadata) => writeFile(join(scratch, `sp-${id}.xml`), metadata),
    close: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
      await rm(scratch, { recursive: true })
    },
  }
}
