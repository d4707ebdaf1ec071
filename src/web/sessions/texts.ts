/** The English of the operators' page of active sessions. */
import { counted } from '../../core/text/plural.ts'

const sessionCount = { one: '{n} active session', other: '{n} active sessions' } as const

export const sessionTexts = {
  title: 'Active sessions',
  lede: 'Who is signed in at this gateway. Ending a session signs the user out here, with the devices of the command line that were signed in from it.',
  awsStays:
    'AWS sessions already started stay valid until they expire, and the user can sign in again unless the identity provider refuses. To end AWS sessions too, run: ',
  command: 'fedgate revoke --user SUBJECT --provider ID',
  link: 'Active sessions',
  linkHow: 'See who is signed in, and end sessions',
  search: 'Search by name, subject or provider',
  searchHint: 'Name, subject or provider',
  searchButton: 'Search',
  count: (shown: number, hasMore: boolean) =>
    hasMore ? `The newest ${shown} sessions. Search to find others.` : counted(sessionCount, shown),
  noMatch: ['No active session matches ', '.'],
  user: 'User',
  provider: 'Provider',
  since: 'Since',
  ends: 'Ends',
  from: 'From',
  devices: 'Devices',
  noDevices: 'none',
  here: 'this browser',
  actions: 'End',
  end: 'End session',
  endOf: (user: string, since: string) => `End session: ${user}, since ${since}`,
  endAll: 'End all sessions',
  endAllOf: (user: string) => `End all sessions of ${user}`,
} as const
