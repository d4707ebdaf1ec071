import { writeWhole } from '../../issuer/keys.ts'
import { openOutput } from '../output.ts'
import { KeysError } from './errors.ts'
import { kmsCertificate } from './new-key.ts'
import type { KeysCertificateOptions } from './options.ts'

const PUBLIC = 0o644

/** Writes a self-signed certificate for an RSA key in KMS. Throws KmsError or KeysError. */
export async function runKeysCertificate({
  kmsKeyId,
  kmsRegion,
  kmsEndpoint,
  out,
}: KeysCertificateOptions): Promise<void> {
  const output = openOutput(process.stdout, process.stderr, process.env)
  const kms = { keyId: kmsKeyId, region: kmsRegion, ...(kmsEndpoint === undefined ? {} : { endpoint: kmsEndpoint }) }
  const pem = await kmsCertificate(kms, new Date())
  if (out === undefined) return output.printText(pem)
  await writeWhole(out, pem, PUBLIC).catch((cause: NodeJS.ErrnoException) => {
    throw new KeysError('keys.cannot_write', {
      sentence: `${out} cannot be written (${cause.code ?? cause.message}).`,
      cause,
    })
  })
  output.note(`Created ${out}`)
}
