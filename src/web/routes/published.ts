import express, { Router } from 'express'
import { identityProviderMetadata, serviceProviderMetadata } from '../../gateway/publish-metadata.ts'
import type { WebParts } from '../pages.ts'
import { staticFolder } from '../views.ts'

const METADATA_TYPE = 'application/samlmetadata+xml'

/** What anyone may read: our metadata, and whether the process lives. */
export const publishedRoutes = ({ gateway }: WebParts): Router =>
  Router()
    .get('/saml/:provider/metadata', async (request, response) => {
      const isSigned = request.query.signed === 'true'
      const metadata = await serviceProviderMetadata(gateway, request.params.provider, isSigned)
      response.type(METADATA_TYPE).send(metadata)
    })
    .get('/idp/metadata', (_request, response) => {
      response.type(METADATA_TYPE).send(identityProviderMetadata(gateway))
    })
    .get('/healthz', (_request, response) => {
      response.type('text').send('ok\n')
    })

/** Style sheet, script and icon, named by their content: they may be kept for good. */
export const staticFiles = express.static(staticFolder, {
  immutable: true,
  maxAge: '1y',
  index: false,
  redirect: false,
  dotfiles: 'ignore',
})
