import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyPair, keyPairFromPem } from '../../src/core/keys.ts'

/** A fresh RSA key with a self-signed certificate, made by openssl. */
export const makeKeyPair = (): KeyPair => {
  const folder = mkdtempSync(join(tmpdir(), 'fedgate-key-'))
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate]
  execFileSync('openssl', [...request, '-days', '2', '-subj', '/CN=test'], { stdio: 'ignore' })
  const pair = keyPairFromPem(readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8'))
  rmSync(folder, { recursive: true })
  return pair
}
