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

/** /login/finish is where every login ends: a provider of that name could not be reached. */
const providerIdIsFree: Rule = ({ providers }) =>
  forEach(providers, ({ id }, index) =>
    id === 'finish'
      ? [
          {
            path: ['providers', index, 'id'],
            expected: 'another id: this one is taken by /login/finish',
            found: showValue(id),
          },
        ]
      : [],
  )

const OWN_WAY = { saml: 'saml', oidc: 'web-identity' } as const

/** A SAML response is no web identity, and a token is no SAML response: only what the gateway signs crosses over. */
const originalEvidenceKeepsItsProtocol: Rule = ({ providers }) =>
  forEach(providers, ({ protocol, exchange }, index) => {
    const { via, evidence } = exchange
    if (evidence === 'reissued' || via === OWN_WAY[protocol]) return []
    const expected = `${OWN_WAY[protocol]}, or evidence: reissued, as AWS takes original evidence of ${protocol} no other way`
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

export const providerRules = {
  providerIdsAreUnique,
  providerIdIsFree,
  originalEvidenceKeepsItsProtocol,
  samlProviderBelongsToSaml,
} as const satisfies Readonly<Record<string, Rule>>
