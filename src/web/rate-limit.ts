import type { Request, RequestHandler } from 'express'
import { type LimitName, rateLimiter } from '../gateway/operations/rate-limit.ts'
import { callerOf } from './caller.ts'
import { WebError } from './errors.ts'
import type { PageParts } from './pages.ts'

/**
 * Refuses what exceeds that limit of the configuration with `http.too_many_requests`, 429 and Retry-After (RFC 6585 4),
 * before the body is read. By the address of the client, and by the provider that the route names.
 */
export function limited({ gateway }: Pick<PageParts, 'gateway'>, limit: LimitName): RequestHandler {
  const count = rateLimiter(gateway, limit)
  return async (request, response, next) => {
    const over = await count({
      provider: configuredProvider(gateway.providers, request.params.provider),
      address: callerOf(request, response).sourceIp,
    })
    if (!over) return next()
    response.set('Retry-After', String(over.retryAfterSeconds))
    throw new WebError('http.too_many_requests', {
      expected: over.allowed,
      found: isBehindUnknownProxy(request)
        ? 'more, through a proxy (X-Forwarded-For) although trustProxy is 0'
        : 'more requests',
      source: `limits.${limit}`,
    })
  }
}

/** Names of none are a stranger's invention: they count together. */
function configuredProvider(providers: ReadonlyMap<string, unknown>, id: unknown): string | undefined {
  return typeof id === 'string' && providers.has(id) ? id : undefined
}

/** Then all users may count as one address. */
function isBehindUnknownProxy(request: Request): boolean {
  return request.app.get('trust proxy') === 0 && request.get('X-Forwarded-For') !== undefined
}
