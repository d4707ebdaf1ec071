import type { ListedRole } from '../../gateway/roles/list-roles.ts'
import type { PickedRole } from '../models/picked.ts'

/** What pages about a picked role show of it. */
export function pickedRole({
  arn,
  name,
  account,
  accountName,
  accountColor,
  environment,
  isSensitive,
}: Pick<
  ListedRole,
  'arn' | 'name' | 'account' | 'accountName' | 'accountColor' | 'environment' | 'isSensitive'
>): PickedRole {
  return {
    arn,
    name,
    accountId: account,
    // An account without a name is identified by its ID, which is shown anyway.
    ...(accountName === account ? {} : { accountName }),
    color: accountColor,
    environment,
    isSensitive,
  }
}
