/** Tokens as the gateway issues them, of a new issuer whose keys are published. */
import { webIdentityIssuer } from '../../../src/issuer/web-identity-issuer.ts'
import { type TokenForAws, webIdentityTokenForAws } from '../../../src/issuer/web-identity-token.ts'
import { newSigner, type Publisher, plain } from '../../issuer/support.ts'

export const gatewayTokens = async (publisher: Publisher) => {
  const terms = { url: publisher.url, audience: 'sts.amazonaws.com', tokenLifetimeSeconds: 300 }
  const issuer = await webIdentityIssuer(terms, await newSigner())
  publisher.publish(issuer)
  const now = new Date()
  const token = async (wanted: TokenForAws = plain, from = issuer, at = now): Promise<string> =>
    (await webIdentityTokenForAws(from, wanted, at)).reveal()
  return {
    good: await token(),
    tagged: await token({ ...plain, tags: new Map([['Team', 'blue']]), sourceIdentity: 'alice@example.com' }),
    'of-bob': await token({ ...plain, subject: 'bob-1' }),
    expired: await token(plain, issuer, new Date(now.getTime() - 3_600_000)),
    'other-audience': await token(plain, { ...issuer, audience: 'elsewhere' }),
    'other-issuer': await token(plain, { ...issuer, url: 'https://elsewhere.example.com' }),
  }
}
