import { parseAuthnRequest } from '../saml/authn-request.ts'
import type { KnownServiceProvider } from './saml-answers.ts'

/** A request that waits for its answer. */
export interface PendingRequest {
  readonly serviceProvider: KnownServiceProvider
  readonly inResponseTo: string
  readonly relayState: string | undefined
  readonly forceAuthn: boolean
  readonly isPassive: boolean
  readonly requestedContext?: { readonly classes: readonly string[] }
}

/** What a user may learn about a refused request. */
export class RefusedRequest extends Error {}

/**
 * The request, with the ACS registered for its issuer: a request for another one is refused. Throws RefusedRequest or
 * SamlError.
 */
export function readRequest(
  parameters: { readonly SAMLRequest?: unknown; readonly RelayState?: unknown },
  binding: 'redirect' | 'post',
  serviceProviders: readonly KnownServiceProvider[],
): PendingRequest {
  const { id, issuer, acsUrl, ...wishes } = parseAuthnRequest(parameters, binding)
  const serviceProvider = serviceProviders.find(({ entityId }) => entityId === issuer)
  if (!serviceProvider)
    throw new RefusedRequest(
      'This service provider is not registered here. The demo accepts only its own gateway; for another one use your own identity provider.',
    )
  if (acsUrl !== undefined && acsUrl !== serviceProvider.acsUrl) {
    throw new RefusedRequest('The AssertionConsumerServiceURL in the request is not registered.')
  }
  return { serviceProvider, inResponseTo: id, ...wishes }
}
