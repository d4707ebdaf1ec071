/** Texts of the list of roles beyond its rows, of links that are refused, and of asking for roles. */
import { counted } from '../../core/text/plural.ts'

const roleCount = { one: '{n} role', other: '{n} roles' } as const
const accountCount = { one: '{n} account', other: '{n} accounts' } as const

export const pickerTexts = {
  views: 'Group roles',
  byAccount: 'By account',
  byRole: 'By role',
  environment: 'Environment',
  allEnvironments: 'All environments',
  tag: 'Tag',
  allTags: 'All tags',
  filter: 'Filter',
  clearFilter: 'Clear',
  noMatch: 'No role matches this filter.',
  roles: (count: number) => counted(roleCount, count),
  accounts: (count: number) => counted(accountCount, count),
  noUnit: 'Accounts without a unit',
  unit: 'Organizational unit',
  sensitive: 'Sensitive',
  confirm: {
    title: (role: string, account: string) => `${role} in ${account}: continue?`,
    titleOfSeveral: (count: number) => `${counted(roleCount, count)}: continue?`,
    headingOfSeveral: (count: number) => `Use ${counted(roleCount, count)}?`,
    heading: ['Use ', ' in ', '?'],
    why: 'Your administrator marked this role as sensitive. Continue only if you need it now.',
    whySeveral: 'Your administrator marked some of these roles as sensitive. Continue only if you need them now.',
  },
  missing: 'Missing a role?',
  request: 'Request access',
  seeList: 'See the roles that you can request',
  requestPage: {
    title: 'Request access',
    lede: 'Roles that you don’t have. Request one in the form of your administrator.',
    search: 'Search roles that you can request',
    searchHint: 'Search by account, ID or role',
    searchButton: 'Search',
    count: (shown: number, found: number) =>
      shown === found ? counted(roleCount, found) : `The first ${shown} of ${found} roles. Search for others.`,
    none: 'There is no role that you can request here.',
    noMatch: ['No role matches ', '.'],
    requestFor: (role: string, account: string) => `Request access to ${role} in ${account}`,
    other: 'Request another role',
  },
} as const

export const refusedLinkTexts = {
  asked: 'What the link asked for',
  role: 'Role',
  destination: 'Opens',
  nearest: 'Roles that come close',
  correct: 'Correct the link',
  correctHow: 'A role’s name, alias or ARN. Leave it empty to choose from your roles.',
  open: 'Continue',
  request: 'Request access',
} as const
