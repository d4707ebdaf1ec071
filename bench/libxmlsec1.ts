import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, '../../../../bench/libxmlsec1-contender.c')

/** CPU seconds for verifying all of these base64 texts; throws unless every signature verifies. */
type Verifying = (messages: readonly string[]) => number

/**
 * Compiles the contender in C. The certificate is the signer's, as PEM. undefined where libxmlsec1, its headers or a
 * compiler are missing.
 */
export const libxmlsec1 = (certificate: string): Verifying | undefined => {
  const folder = mkdtempSync(join(tmpdir(), 'libxmlsec1-'))
  const [program, key, file] = ['contender', 'certificate.pem', 'messages'].map((name) => join(folder, name))
  if (!program || !key || !file || !isCompiled(program)) return undefined
  writeFileSync(key, certificate)
  return (messages) => {
    writeFileSync(file, messages.map((message) => `${message}\n`).join(''))
    return Number(execFileSync(program, [key, file], { encoding: 'utf8' }))
  }
}

const isCompiled = (program: string): boolean => {
  try {
    const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'xmlsec1-openssl'], { encoding: 'utf8' })
    execFileSync('cc', ['-O2', SOURCE, '-o', program, ...flags.trim().split(/\s+/)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
