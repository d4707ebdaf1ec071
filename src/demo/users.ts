/**
 * A user who can sign in at the demo's identity providers. The password is shown on the page: nothing here is secret.
 */
export interface DemoUser {
  readonly username: string
  readonly password: string
  readonly name: string
  /** One line for the sign-in page: what this user may do in AWS. */
  readonly about: string
  readonly mail: string
  readonly affiliation: string
  readonly groups: readonly string[]
  readonly costCenter: string
}

const DEMO_PASSWORD = 'demo'

export const alice: DemoUser = {
  username: 'alice',
  password: DEMO_PASSWORD,
  name: 'Alice Archer',
  about: 'Developer in two AWS accounts',
  mail: 'alice@example.com',
  affiliation: 'staff',
  groups: ['aws-dev'],
  costCenter: '4711',
}

/** The users of the demo: two accounts, administrators, none, roles with conditions, and many roles. */
export const demoUsers: readonly DemoUser[] = [
  alice,
  {
    username: 'bob',
    password: DEMO_PASSWORD,
    name: 'Bob Brewer',
    about: 'Administrator',
    mail: 'bob@example.com',
    affiliation: 'staff',
    groups: ['aws-admin'],
    costCenter: '4712',
  },
  {
    username: 'carol',
    password: DEMO_PASSWORD,
    name: 'Carol Carver',
    about: 'No role in any account',
    mail: 'carol@example.com',
    affiliation: 'affiliate',
    groups: [],
    costCenter: '4713',
  },
  {
    username: 'dave',
    password: DEMO_PASSWORD,
    name: 'Dave Dyer',
    about: 'On call: roles that need a recent sign-in or a confirmation, and one that AWS refuses',
    mail: 'dave@example.com',
    affiliation: 'staff',
    groups: ['aws-oncall'],
    costCenter: '4714',
  },
  {
    username: 'erin',
    password: DEMO_PASSWORD,
    name: 'Erin Ellis',
    about: 'Platform team: 120 roles in twelve accounts',
    mail: 'erin@example.com',
    affiliation: 'staff',
    groups: ['aws-platform'],
    costCenter: '4715',
  },
]

/** The user with this name and password. Values come from a form: anything but text matches no user. */
export function userWith(users: readonly DemoUser[], username: unknown, password: unknown): DemoUser | undefined {
  return users.find((user) => user.username === username && user.password === password)
}
