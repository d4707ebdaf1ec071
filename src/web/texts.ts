/**
 * What the pages say in English, in one place, so that another language can follow: the same keys with other words.
 * Sentences of errors are not here: each stands with its code, in the catalogue of its folder.
 */

/** Of the page with credentials. */
const credentials = {
  title: (role: string) => `Credentials for ${role}`,
  titleOfSeveral: (count: number) => `Credentials for ${count} roles`,
  allRoles: 'All roles',
  heading: 'Credentials',
  session: 'Session',
  copySession: 'Copy the session ARN',
  expires: 'Expires',
  format: 'Format',
  copy: 'Copy',
  download: 'Download',
  downloadsAnew: 'Without JavaScript a download takes new credentials of the same role.',
  show: 'Show the values',
  hide: 'Hide the values',
  profile: 'Profile name',
  valuesLabel: (format: string) => `Credentials, ${format}`,
  copyValue: (name: string) => `Copy ${name}`,
  warning:
    'Treat these like a password: whoever has them is you in this account until they expire. They cannot be shown again once you leave this page.',
  openConsole: 'Open the console in this role',
  takeAnew: 'Take new credentials',
  taken: 'Taken',
  refused: 'Not taken',
  role: 'Role',
  outcome: 'Outcome',
  until: 'until',
  reference: 'Reference',
  noneTaken: 'None of these roles could be taken.',
  formats: {
    env: { label: 'bash, zsh', use: 'Paste it into a terminal: it holds for that terminal only.' },
    fish: { label: 'fish', use: 'Paste it into a terminal: it holds for that terminal only.' },
    powershell: { label: 'PowerShell', use: 'Paste it into a PowerShell window: it holds for that window only.' },
    'windows-cmd': { label: 'cmd', use: 'Paste it into a command prompt: it holds for that window only.' },
    nushell: { label: 'nushell', use: 'Paste it into a terminal: it holds for that terminal only.' },
    'env-no-export': {
      label: '.env',
      use: 'For a .env file, or a file that a shell reads. Keep it out of your repository.',
    },
    docker: { label: 'docker', use: 'For docker run --env-file.' },
    ini: { label: 'Profile', use: 'Add it to ~/.aws/credentials, then use it with --profile or AWS_PROFILE.' },
    process: { label: 'JSON', use: 'What a credential_process prints, for tools that read it.' },
    values: { label: 'Values', use: 'One by one, for a form that asks for them.' },
  },
} as const

/** One form for each case that English has. */
interface Forms {
  readonly one: string
  readonly other: string
}

const english = new Intl.PluralRules('en')

/** The fitting form, with the number in it. */
const counted = (forms: Forms, n: number): string =>
  forms[english.select(n) === 'one' ? 'one' : 'other'].replace('{n}', String(n))

const roleCount = { one: '{n} role', other: '{n} roles' } as const
const accountCount = { one: '{n} account', other: '{n} accounts' } as const
const credentialsFor = { one: 'Credentials for {n} role', other: 'Credentials for {n} roles' } as const
/** On the button that does it. */
const pinWords = { yes: 'Pin', no: 'Unpin' } as const
const ago = { now: 'just now', minutes: '{m} min ago', hours: '{h} h {m} min ago' } as const

/** Around every page. */
const layout = {
  skip: 'Skip to content',
  navigation: 'Main',
  roles: 'Roles',
  identity: 'Identity',
  activity: 'Activity',
  status: 'Status',
  signedInAs: 'Signed in as ',
  via: ' via ',
  signOut: 'Sign out',
  motto: 'Self-hosted sign-in for AWS',
} as const

/** Of the role picker, and of the page about one role of it. */
const roles = {
  title: 'Roles',
  count: (shown: number, total: number, accounts: number): string => {
    const all = counted(roleCount, total)
    return `${shown === total ? all : `${shown} of ${all}`} in ${counted(accountCount, accounts)}`
  },
  search: 'Search accounts and roles',
  searchHint: 'Account, number or role',
  searchButton: 'Search',
  pinned: 'Pinned',
  recent: 'Recent',
  account: 'Account',
  notKept:
    'Your identity provider calls you by another name at each sign-in: pins and durations are forgotten when you sign out.',
  seen: 'What AWS will see of you',
  inCloudTrail: 'In CloudTrail',
  noSessionName: 'no name: the provider’s assertion has none',
  sourceIdentity: 'Source identity',
  tags: 'Tags',
  moreTags: (count: number) => `and ${count} more`,
  evidence: 'AWS is shown',
  modes: { reissued: 'Reissued', original: 'Original' },
  means: {
    'saml reissued': 'a SAML response that this gateway signs',
    'web-identity reissued': 'a token that this gateway signs',
    'saml original': 'the SAML response that your provider signed',
    'web-identity original': 'the token that your provider signed',
  },
  age: { reissued: 'You signed in', original: 'Signed' },
  agoOf: (minutes: number): string => {
    if (minutes < 1) return ago.now
    const [h, m] = [Math.floor(minutes / 60), minutes % 60]
    return (h === 0 ? ago.minutes : ago.hours).replace('{h}', String(h)).replace('{m}', String(m))
  },
  takenUntil: 'AWS takes it until',
  renewedFirst: 'A role picked later renews it first.',
  verdicts: { allowed: 'Allowed', denied: 'Denied', unknown: 'Not known' },
  verdictAbout: (verdict: string, role: string, account: string) => `${verdict}: about ${role} in ${account}`,
  select: (role: string, account: string) => `Select ${role} in ${account}`,
  duration: (role: string, account: string) => `Duration for ${role} in ${account}`,
  credentials: 'Credentials',
  credentialsFor: (role: string, account: string) => `Credentials for ${role} in ${account}`,
  console: 'Console',
  consoleAs: (role: string, account: string) => `Console as ${role} in ${account}`,
  pin: (wanted: keyof typeof pinWords, role: string, account: string) => `${pinWords[wanted]} ${role} in ${account}`,
  signInAgain: (within: string) =>
    `Asks you to sign in again first: your sign-in is older than ${within}. You come back to this pick.`,
  recentSignIn: (within: string) => `Asks for a sign-in of the last ${within}. Yours is.`,
  ofSeveral: 'Several roles at once',
  durationOfSeveral: 'Duration for all of them',
  credentialsForSelected: 'Credentials for the selected roles',
  clearSelection: 'Clear',
  nothing: 'No role matches',
  showAll: (total: number) => `Show all ${counted(roleCount, total)}`,
  none: {
    title: 'No roles for you yet',
    lede: ['You are signed in, and ', ' vouched for you, but none of the rules here gives you a role in AWS.'],
    tell: 'What to tell your administrator',
    match: 'A rule for this provider has to match what it says about you. These are the values it can match.',
    provider: 'Provider',
    subject: 'Subject',
    noAttributes:
      'The provider sent no attributes, so there is nothing for a rule to match. It may have to be told to release groups to this gateway.',
    attributes: 'Attributes the provider sent',
    everything: 'Everything the gateway knows about you',
  },
  keys: {
    open: 'Keys',
    title: 'Keys',
    list: [
      ['/', 'Search'],
      ['↓ ↑', 'From role to role'],
      ['Enter', 'Open the console of the role'],
      ['c', 'Credentials of the role'],
      ['p', 'Pin or unpin the role'],
      ['Esc', 'Clear the search'],
      ['?', 'This list'],
    ],
    use: 'Single keys do these things',
    close: 'Close',
  },
  why: {
    title: (role: string) => `About ${role}`,
    allRoles: 'All roles',
    copyArn: 'Copy the ARN',
    arn: 'ARN',
    alias: 'Alias',
    granted: 'Granted by',
    longest: 'Longest session',
    verdict: 'What AWS will say',
    sentences: {
      allowed: 'Nothing that is known here speaks against it.',
      denied: 'AWS is expected to say no. You may try all the same.',
      unknown: 'It cannot be told beforehand.',
    },
    findings: 'Findings',
    check: 'Check',
    outcome: 'Outcome',
    expected: 'Wanted',
    found: 'Had',
    source: 'From',
    take: 'Take it',
    consoleAt: 'Console at a page…',
    consoleAtPage: (role: string, account: string) => `Console at a page…, as ${role} in ${account}`,
  },
} as const

/** What the script says, which the server hands it with the page. In braces: what it fills in. */
const script = {
  copied: 'Copied',
  selected: 'Selected. Press Control and C to copy.',
  expired: 'expired',
  hoursLeft: '{h} h {m} min left',
  minutesLeft: '{m} min {s} s left',
  secondsLeft: '{s} s left',
  yourTime: '{time} your time',
  saved: 'Saved',
  profileInvalid: 'Letters, digits and _ + = , . @ : / - only',
  roleCount,
  accountCount,
  someRoles: '{n} of {all}',
  inAccounts: '{roles} in {accounts}',
  ago,
  pinWords,
  pinned: 'Pinned. It comes first the next time you open this page.',
  unpinned: 'No longer pinned',
  credentialsFor,
  tooMany: 'At most {n} roles at once',
} as const

export const texts = { credentials, layout, roles, script } as const
export type Texts = typeof texts
