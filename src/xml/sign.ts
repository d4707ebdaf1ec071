import type { SignatureAlgorithm } from 'xml-crypto'
import { FedgateError } from '../core/errors.ts'
import type { Signer } from '../core/keys.ts'
import { ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, RSA_SHA256, SHA256 } from './algorithms.ts'

/**
 * The element to sign, and the local name of the child that the Signature follows or precedes, in the schema's order.
 */
export type SigningPlace = {
  /** The ID of the element to sign, created by core/ids. */
  readonly id: string
  readonly signer: Signer
} & ({ readonly after: string } | { readonly before: string })

const OUR_ID = /^[A-Za-z_][\w.-]*$/

/**
 * Signs the element with that ID: RSA-SHA256, exclusive canonicalization, the certificate in KeyInfo. By xml-crypto, so
 * signer and verifier are independent of each other. Only for XML that we wrote, as it is parsed leniently. Rejects with the
 * signer's FedgateError.
 */
export async function signEnveloped(xml: string, { id, signer, ...at }: SigningPlace): Promise<string> {
  const [neighbour, action] = 'after' in at ? ([at.after, 'after'] as const) : ([at.before, 'before'] as const)
  if (!OUR_ID.test(id) || !OUR_ID.test(neighbour)) throw new Error('only IDs of our own making can be signed')
  const place = `//*[@ID='${id}']`
  // Loaded at the first use: a gateway that signs nothing needs neither it nor its DOM.
  const { SignedXml } = await import('xml-crypto')
  // xml-crypto wants a key to be there; the signer holds the real one and alone uses it.
  const signed = new SignedXml({
    privateKey: 'held by the signer',
    publicCert: signer.certificate,
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
    idAttribute: 'ID',
  })
  signed.SignatureAlgorithms = { [RSA_SHA256]: signingBy(signer) }
  signed.addReference({
    xpath: place,
    transforms: [ENVELOPED_SIGNATURE, EXCLUSIVE_C14N],
    digestAlgorithm: SHA256,
  })
  return new Promise((resolve, reject) => {
    signed.computeSignature(
      xml,
      { prefix: 'ds', location: { reference: `${place}/*[local-name(.)='${neighbour}']`, action } },
      (error) => (error ? reject(error) : resolve(signed.getSignedXml())),
    )
  })
}

/** xml-crypto's slot for an algorithm, filled with a signer that may be slow or far away. */
function signingBy(signer: Signer) {
  return class implements SignatureAlgorithm {
    getAlgorithmName = () => RSA_SHA256
    verifySignature = (): never => {
      throw new Error('this algorithm only signs')
    }
    getSignature = ((signedInfo: string, _key: unknown, done: (error: Error | null, value?: string) => void) => {
      signer.sign(Buffer.from(signedInfo, 'utf8')).then(
        (value) => done(null, Buffer.from(value).toString('base64')),
        // A signer that is far away has a code for what went wrong.
        (cause: unknown) => done(cause instanceof FedgateError ? cause : new Error('the signer failed', { cause })),
      )
    }) as unknown as SignatureAlgorithm['getSignature']
  }
}
