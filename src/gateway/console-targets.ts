import { partitionById } from '../aws/facts/partitions.ts'
import type { Gateway } from './gateway.ts'
import type { ListedRole } from './list-roles.ts'

/** The origins to which opening the console with these roles leads: browsers want to know before the form is sent. */
export const consoleTargets = ({ consoleSignIn }: Gateway, roles: readonly ListedRole[]): readonly string[] => {
  const partitions = new Set(roles.map(({ role }) => role.partition))
  const origins = [...partitions].flatMap((id) => {
    const partition = partitionById(id)
    return partition ? consoleSignIn.origins(partition) : []
  })
  return [...new Set(origins)]
}
