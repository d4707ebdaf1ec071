import type { Config } from '../../config/types.ts'
import type { Signer } from '../../core/keys.ts'
import type { RunningServer } from '../../core/running-server.ts'
import { samlIssuer, samlIssuerMetadata } from '../../issuer/saml-assertion.ts'
import { listenError } from '../errors.ts'
import { type LocalAwsContext, localAwsState } from './state.ts'

/** Starts the local AWS that this configuration describes. Throws StartError or LocalAwsError. */
export async function startLocalAws(
  config: Config,
  [signer, ...further]: readonly Signer[],
  context: LocalAwsContext,
): Promise<RunningServer> {
  const { listen, allowHttpIssuers, encodedMessages, standIns } = config.localAws
  // Loaded only when it runs: a gateway in front of real AWS never executes this code.
  const local = await import('../../local-aws/server.ts')
  const { now, log, trail } = context
  const encodes = encodedMessages || context.encodedMessages === true
  const ours = signer && samlIssuerMetadata(samlIssuer(config.baseUrl, signer, further))
  const state = await localAwsState(config, ours, context)
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
      ...(trail && { trail }),
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
