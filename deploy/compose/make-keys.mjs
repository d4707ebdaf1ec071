// Makes what docker-compose.yml needs before its first start: a CA, a certificate for the proxy, and the gateway's keys.
// node make-keys.mjs KEYS TLS NAME…   The gateway's keys go into the first folder, those of the proxy and the CA's certificate
// into the second. Nothing that exists is changed, so it can run at every start.
import { KeyObject, randomBytes, webcrypto } from 'node:crypto'
import { chmod, chown, mkdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import 'reflect-metadata'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 3072,
  publicExponent: new Uint8Array([1, 0, 1]),
}
const DAY_MS = 24 * 60 * 60 * 1000
// Browsers refuse certificates of websites that are valid for longer.
const PROXY_DAYS = 397
const YEARS = 10
// The user `node` of the image. Only root can give files away.
const OWNER = 1000

const [keysFolder, tlsFolder, ...names] = process.argv.slice(2)
if (names.length === 0) {
  process.stderr.write('usage: make-keys.mjs KEYS TLS NAME…\n')
  process.exit(2)
}
for (const folder of [keysFolder, tlsFolder]) await mkdir(folder, { recursive: true })
const done = join(tlsFolder, 'ca.crt')
if (await exists(done)) process.exit(0)

const [caKeys, proxyKeys, signingKeys] = await Promise.all([generate(ALGORITHM), generate(ALGORITHM), generate(RSA)])
const ca = await X509CertificateGenerator.createSelfSigned({
  ...validFor(YEARS * 365),
  name: [{ CN: ['fedgate trial CA'] }],
  signingAlgorithm: ALGORITHM,
  keys: caKeys,
  extensions: [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ],
})
const proxy = await X509CertificateGenerator.create({
  ...validFor(PROXY_DAYS),
  subject: [{ CN: [names[0]] }],
  issuer: ca.subject,
  publicKey: proxyKeys.publicKey,
  signingKey: caKeys.privateKey,
  signingAlgorithm: ALGORITHM,
  extensions: [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value }))),
  ],
})
const signing = await X509CertificateGenerator.createSelfSigned({
  ...validFor(YEARS * 365),
  name: [{ CN: [names[0]] }],
  signingAlgorithm: RSA,
  keys: signingKeys,
})
await write(tlsFolder, 'proxy.key', pem(proxyKeys), 0o600)
await write(tlsFolder, 'proxy.crt', `${proxy.toString('pem')}\n`, 0o644)
await write(keysFolder, 'signing.key', pem(signingKeys), 0o600)
await write(keysFolder, 'signing.crt', `${signing.toString('pem')}\n`, 0o644)
// Last: with it, all the others are there. The CA's own key is not kept, so nothing more can be signed with it.
await write(tlsFolder, 'ca.crt', `${ca.toString('pem')}\n`, 0o644)
process.stdout.write(`made the keys of ${names.join(', ')}; trust ${done} in your browser for this trial\n`)

function generate(algorithm) {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function validFor(days) {
  const now = Date.now()
  return {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    notBefore: new Date(now - 5 * 60_000),
    notAfter: new Date(now + days * DAY_MS),
  }
}

function pem({ privateKey }) {
  return String(KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }))
}

/** Whole or not at all. */
async function write(folder, name, text, mode) {
  const path = join(folder, name)
  await writeFile(`${path}.new`, text, { mode })
  await chmod(`${path}.new`, mode)
  if (process.getuid?.() === 0) await chown(`${path}.new`, OWNER, OWNER)
  await rename(`${path}.new`, path)
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  )
}
