/** Rules about the identity providers of either protocol. */

import { showValue } from '../issue.ts'
import { forEach, type Rule } from '../partial-config.ts'

const providerIdsAreUnique: Rule = ({ providers }) => {
  const ids = (providers ?? []).map((provider) => provider?.id)
  return forEach(providers, ({ id }, index) =>
    ids.indexOf(id) < index
      ? [{ path: ['providers', index, 'id'], expected: 'an id that no other provider has', found: showValue(id) }]
      : [],
  )
}

/** /login/finish completes every login: a provider with that id could not be reached. */
const providerIdIsFree: Rule = ({ providers }) =>
  forEach(providers, ({ id }, index) =>
    id === 'finish'
      ? [
          {
            path: ['providers', index, 'id'],
            expected: 'another id: /login/finish uses this one',
            found: showValue(id),
          },
        ]
      : [],
  )

const OWN_WAY = { saml: 'saml', oidc: 'web-identity' } as const

/** Original SAML responses and tokens each fit only one STS call. Reissued evidence fits both. */
const originalEvidenceKeepsItsProtocol: Rule = ({ providers }) =>
  forEach(providers, ({ protocol, exchange }, index) => {
    const { via, evidence } = exchange
    if (evidence === 'reissued' || via === OWN_WAY[protocol]) return []
    const expected = `${OWN_WAY[protocol]}, or evidence: reissued, as AWS accepts original ${protocol} evidence only that way`
    return [{ path: ['providers', index, 'exchange', 'via'], expected, found: via }]
  })

const samlProviderBelongsToSaml: Rule = ({ providers }) =>
  forEach(providers, ({ exchange: { via, provider } }, index) =>
    via === 'saml' || provider === undefined
      ? []
      : [
          {
            path: ['providers', index, 'exchange', 'provider'],
            expected: 'nothing, as it names a SAML provider, and this exchange is via web-identity',
            found: showValue(provider),
          },
        ],
  )

/** Identity pools exchange tokens. */
const identityPoolsGetTokens: Rule = ({ providers }) =>
  forEach(providers, ({ exchange: { via, identityPoolId } }, index) =>
    via === 'web-identity' || identityPoolId === undefined
      ? []
      : [
          {
            path: ['providers', index, 'exchange', 'identityPoolId'],
            expected: 'via: web-identity beside it, as an identity pool exchanges tokens',
            found: via,
          },
        ],
  )

export const providerRules = {
  providerIdsAreUnique,
  providerIdIsFree,
  originalEvidenceKeepsItsProtocol,
  samlProviderBelongsToSaml,
  identityPoolsGetTokens,
} as const satisfies Readonly<Record<string, Rule>>
