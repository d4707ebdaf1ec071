import type { Config } from '../../config/types.ts'
import type { Signer } from '../../core/keys.ts'
import { samlIssuer, samlIssuerMetadata } from '../../issuer/saml-assertion.ts'
import type { LocalAws } from '../../local-aws/server.ts'
import type { LocalAwsState } from '../../local-aws/state.ts'
import { listenError } from '../errors.ts'
import { type LocalAwsContext, localAwsState } from './state.ts'

/** Starts the local AWS that this configuration describes. Throws StartError or LocalAwsError. */
export async function startLocalAws(
  config: Config,
  [signer, ...further]: readonly Signer[],
  context: LocalAwsContext,
): Promise<LocalAws> {
  const { listen, allowHttpIssuers, encodedMessages, standIns } = config.localAws
  // Loaded only when it runs: a gateway in front of real AWS never executes this code.
  const local = await import('../../local-aws/server.ts')
  const { now, log, trail, testTokens, changed, extend = (one: LocalAwsState) => one } = context
  const encodes = encodedMessages || context.encodedMessages === true
  const ours = signer && samlIssuerMetadata(samlIssuer(config.baseUrl, signer, further))
  const state = extend(await localAwsState(config, ours, context))
  return local
    .startLocalAws({
      listen,
      state,
      allowHttpIssuers,
      encodedMessages: encodes,
      accessTokenServices: accessTokenServicesOf(config),
      standIns,
      now,
      log: log.info,
      testTokens,
      ...(trail && { trail }),
      ...(changed && { changed }),
    })
    .catch((error: unknown) => {
      throw listenError(error, `${listen.host}:${listen.port}`)
    })
}

/** The APIs that the configuration uses for sign-ins are those that may be asked about their tokens. */
function accessTokenServicesOf({ providers }: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(
    providers.flatMap((one) =>
      one.protocol === 'oidc' && one.accessTokens ? [[one.accessTokens.providerId, one.accessTokens.api]] : [],
    ),
  )
}
