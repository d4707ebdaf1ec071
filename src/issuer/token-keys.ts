import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { type TokenAlgorithm, type TokenSigner, tokenSignerFromPem } from '../core/keys.ts'
import { IssuerError } from './errors.ts'
import { readIfThere, writeWhole } from './keys.ts'

const generate = promisify(generateKeyPair)

/** A new private key for that algorithm, as PEM (PKCS #8). */
export async function createTokenKeyPem(algorithm: TokenAlgorithm): Promise<string> {
  const { privateKey } = await (algorithm === 'RS256'
    ? generate('rsa', { modulusLength: 2048 })
    : generate('ec', { namedCurve: 'P-256' }))
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/**
 * The signer of that file. If it does not exist and `create` names an algorithm, the key is created, readable only by
 * its owner. Throws IssuerError `issuer.key_unusable`, whose sentence names the file.
 */
export async function loadTokenSigner(file: string, create: TokenAlgorithm | undefined): Promise<TokenSigner> {
  try {
    return tokenSignerFromPem(await pemIn(file, create))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new IssuerError('issuer.key_unusable', { sentence: `The key ${file} cannot be used: ${reason}.`, cause })
  }
}

async function pemIn(file: string, create: TokenAlgorithm | undefined): Promise<string> {
  const kept = await readIfThere(file)
  if (kept !== undefined) return kept
  if (create === undefined) throw new Error('it is not there')
  const made = await createTokenKeyPem(create)
  await writeWhole(file, made, 0o600)
  return made
}
