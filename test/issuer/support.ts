import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TokenAlgorithm, type TokenSigner, tokenSignerFromPem } from '../../src/core/keys.ts'
import { issuerDocuments } from '../../src/issuer/documents.ts'
import { createTokenKeyPem } from '../../src/issuer/token-keys.ts'
import type { WebIdentityIssuer } from '../../src/issuer/web-identity-issuer.ts'

export const newSigner = async (algorithm: TokenAlgorithm = 'RS256'): Promise<TokenSigner> =>
  tokenSignerFromPem(await createTokenKeyPem(algorithm))

export const terms = { url: 'https://aws.example.com', audience: 'sts.amazonaws.com', tokenLifetimeSeconds: 300 }

/** Nothing but who it is for, and how they signed in. */
export const plain = {
  subject: 'alice-1',
  methods: ['pwd', 'otp', 'provider:corp'],
  tags: new Map<string, string>(),
  transitiveTags: [],
}

export interface Publisher {
  readonly url: string
  /** What is asked for, in order. */
  readonly requests: readonly string[]
  /** Replaces everything that is published. */
  publish(issuer: WebIdentityIssuer): void
  close(): Promise<void>
}

/** A bucket, as AWS sees one: files at addresses, and no program behind them. */
export const startPublisher = async (): Promise<Publisher> => {
  const requests: string[] = []
  let files = new Map<string, { readonly contentType: string; readonly text: string }>()
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    const file = files.get(request.url ?? '')
    response.writeHead(file ? 200 : 404, { 'content-type': file?.contentType ?? 'text/plain' }).end(file?.text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    publish: (issuer) => {
      files = new Map(issuerDocuments(issuer).map((document) => [`/${document.path}`, document]))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
