import { type Response, Router } from 'express'
import { readiness } from '../../gateway/operations/readiness.ts'
import { issuerDiscovery, issuerKeySet } from '../../gateway/published/publish-issuer.ts'
import { identityProviderMetadata, serviceProviderMetadata } from '../../gateway/published/publish-metadata.ts'
import type { WebParts } from '../pages.ts'

const METADATA_TYPE = 'application/samlmetadata+xml'

/** Five minutes: the longest time until a new key is known everywhere. */
const CACHEABLE = 'public, max-age=300'

/** What anyone may read: our metadata and keys, and whether the process lives and can work. */
export function publishedRoutes({ gateway }: WebParts, isStopping: () => boolean): Router {
  return serviceProviderMetadataRoute({ gateway })
    .get('/idp/metadata', (_request, response) => {
      response.type(METADATA_TYPE).send(identityProviderMetadata(gateway))
    })
    .get('/.well-known/openid-configuration', (_request, response) => {
      sendDocument(response, issuerDiscovery(gateway))
    })
    .get('/idp/jwks', (_request, response) => {
      sendDocument(response, issuerKeySet(gateway))
    })
    .get('/healthz', (_request, response) => {
      response.type('text').send('ok\n')
    })
    .get('/readyz', async (_request, response) => {
      // At once, without asking the store: a load balancer must stop sending requests here.
      if (isStopping()) return void response.status(503).json({ status: 'stopping' })
      const { isReady, ...parts } = await readiness(gateway)
      response.status(isReady ? 200 : 503).json({ status: isReady ? 'ready' : 'not ready', ...parts })
    })
}

/** What an identity provider reads to register this gateway. */
export function serviceProviderMetadataRoute({ gateway }: Pick<WebParts, 'gateway'>): Router {
  return Router().get('/saml/:provider/metadata', async (request, response) => {
    const isSigned = request.query.signed === 'true'
    const metadata = await serviceProviderMetadata(gateway, request.params.provider, isSigned)
    response.type(METADATA_TYPE).send(metadata)
  })
}

function sendDocument(response: Response, { contentType, text }: ReturnType<typeof issuerKeySet>): void {
  response.set('Cache-Control', CACHEABLE).type(contentType).send(text)
}
