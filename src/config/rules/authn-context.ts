/** Rules about authentication contexts. SAML Core 3.3.2.2.1 */
import { type ContextComparison, contextValues, requestableContexts } from '../../core/authentication/context.ts'
import type { ConfigIssue, Path } from '../issue.ts'
import { forEach, type Rule } from '../partial-config.ts'

interface Written {
  readonly classes: readonly string[]
  readonly comparison: ContextComparison
  readonly ranking: readonly string[]
  /** The keys that these were read from. */
  readonly keys: { readonly classes: string; readonly comparison: string; readonly ranking: string }
}

const SAML_KEYS = {
  classes: 'authnContext',
  comparison: 'authnContextComparison',
  ranking: 'authnContextRanking',
} as const
const OIDC_KEYS = { classes: 'acrValues', comparison: 'acrComparison', ranking: 'acrRanking' } as const

/** Only a ranking says what is at least as strong, and only a requested class says as what. */
const comparisonsHaveARanking: Rule = ({ providers }) =>
  forEach(providers, (provider, index) => {
    const written: Written =
      provider.protocol === 'saml'
        ? {
            classes: provider.authnContext,
            comparison: provider.authnContextComparison,
            ranking: provider.authnContextRanking,
            keys: SAML_KEYS,
          }
        : {
            classes: provider.acrValues,
            comparison: provider.acrComparison,
            ranking: provider.acrRanking,
            keys: OIDC_KEYS,
          }
    return rankingIssues(['providers', index], written)
  })

function rankingIssues(path: Path, { classes, comparison, ranking, keys }: Written): readonly ConfigIssue[] {
  if (comparison === 'exact') return []
  if (classes.length === 0)
    return [{ path: [...path, keys.comparison], expected: `${keys.classes} beside it`, found: 'none' }]
  const unranked = classes.findIndex((one) => !ranking.includes(one))
  if (unranked >= 0)
    return [
      {
        path: [...path, keys.classes, unranked],
        expected: `one of ${keys.ranking}, as ${comparison} compares by it`,
        found: classes[unranked] ?? '',
      },
    ]
  const strongest = ranking.at(-1) ?? ''
  return comparison === 'better' && classes.includes(strongest)
    ? [{ path: [...path, keys.classes], expected: 'a class that another one is better than', found: strongest }]
    : []
}

/** A role that no protocol can be asked for would refuse everyone. */
const roleContextsCanBeRequested: Rule = ({ roles }) =>
  forEach(roles, ({ authnContext }, index) => {
    const values = (authnContext ?? []).flatMap((name) => contextValues(name))
    return authnContext === undefined || requestableContexts(values, 'oidc').length > 0
      ? []
      : [
          {
            path: ['roles', index, 'authnContext'],
            expected: 'a class or acr value beside methods, which no request can name',
            found: authnContext.join(', '),
          },
        ]
  })

export const authnContextRules = {
  comparisonsHaveARanking,
  roleContextsCanBeRequested,
} as const satisfies Readonly<Record<string, Rule>>
