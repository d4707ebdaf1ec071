import { absenceOf, type Catalog, isOpen } from '../catalog/catalog.ts'
import type { Config } from '../config/types.ts'
import { parseRoleArn } from '../core/arn.ts'
import { selectedRoles } from './selected-roles.ts'

/** What operators should know about their rules and this catalogue, as sentences: roles that users no longer see. */
export function catalogNotes({ access }: Pick<Config, 'access'>, catalog: Catalog): readonly string[] {
  const closed = [...catalog.accounts.values()].filter((account) => !isOpen(account))
  return [
    ...closed.map(
      ({ id, name, status }) =>
        `Account ${name === undefined ? id : `${name} (${id})`} is ${status}: its roles are hidden.`,
    ),
    ...access.flatMap(({ roles, selectors = [], line }) => [
      ...roles
        .flatMap((arn) => parseRoleArn(arn) ?? [])
        .filter((role) => absenceOf(catalog, role) === 'no-such-role')
        .map(({ arn }) => `${arn} (rule at line ${line}) does not exist in the export of its account: it is hidden.`),
      ...selectors
        .filter((selector) => selectedRoles(catalog, selector).length === 0)
        .map(({ shown }) => `No role of the catalogue matches ${shown} (rule at line ${line}).`),
    ]),
  ]
}
