/** Rules about where users ask for roles. */
import { parseWebUrl } from '../address.ts'
import { showValue } from '../issue.ts'
import type { Rule } from '../partial-config.ts'
import { placeholders } from '../patterns.ts'

/** Users are sent there with the ARN of a role, so only over https. */
const requestAccessIsAnHttpsUrl: Rule = ({ requestAccess }) => {
  if (requestAccess === undefined) return []
  const [written, path] =
    typeof requestAccess === 'string'
      ? [requestAccess, ['requestAccess']]
      : [requestAccess.url, ['requestAccess', 'url']]
  const issue = { path, found: showValue(written) }
  const unknown = placeholders(written).find((name) => name !== 'arn')
  if (unknown !== undefined) return [{ ...issue, expected: 'no other name in braces than {arn}' }]
  const [beforeQuery = ''] = written.split(/[?#]/, 1)
  if (/^https:\/\/[^/]*\{arn\}/.test(beforeQuery))
    return [{ ...issue, expected: '{arn} after the host, in the path or the query' }]
  const url = parseWebUrl(written.replaceAll('{arn}', 'arn'))
  return url?.protocol === 'https:' ? [] : [{ ...issue, expected: 'an https URL without user and password' }]
}

/** Without a catalogue there is no list to show. */
const shownRolesAreInACatalog: Rule = ({ requestAccess, catalog }) =>
  typeof requestAccess === 'object' && requestAccess.show.length > 0 && [catalog ?? []].flat().length === 0
    ? [
        {
          path: ['requestAccess', 'show'],
          expected: 'a `catalog`, whose roles these patterns choose from',
          found: 'no catalog',
        },
      ]
    : []

export const requestAccessRules = {
  requestAccessIsAnHttpsUrl,
  shownRolesAreInACatalog,
} as const satisfies Readonly<Record<string, Rule>>
