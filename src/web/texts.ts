/**
 * What the pages say in English, in one place, so that another language can follow: the same keys with other words.
 * Sentences of errors are not here: each stands with its code, in the catalogue of its folder.
 */
/** Of the page with credentials. */
const credentials = {
  title: (role: string) => `Credentials for ${role}`,
  titleOfSeveral: (taken: number, wanted: number) =>
    `Credentials for ${taken === wanted ? wanted : `${taken} of ${wanted}`} roles`,
  allRoles: 'All roles',
  heading: 'Credentials',
  session: 'Session',
  copySession: 'Copy the session ARN',
  expires: 'Expires',
  format: 'Format',
  copy: 'Copy',
  download: 'Download',
  downloadsAnew: 'Without JavaScript a download takes new credentials.',
  show: 'Show the values',
  hide: 'Hide the values',
  profile: 'Profile name',
  valuesLabel: (format: string) => `Credentials, ${format}`,
  copyValue: (name: string) => `Copy ${name}`,
  warning:
    'Treat these like a password: whoever has them is you in AWS until they expire. They cannot be shown again once you leave this page.',
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
    open: 'Shortcuts',
    title: 'Shortcuts',
    list: [
      ['/', 'Search'],
      ['↓ ↑', 'From the search to the roles, from role to role'],
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
    take: 'Take it',
    consoleAt: 'Console at a page…',
    consoleAtPage: (role: string, account: string) => `Console at a page…, as ${role} in ${account}`,
  },
} as const

/** What the script says, which is served with it. In braces: what it fills in. */
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

/** Said on more than one page. */
const shared = {
  allRoles: 'All roles',
  continue: 'Continue',
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  signOut: 'Sign out',
  openConsole: 'Open the console',
  reference: 'Reference',
  protocols: { saml: 'SAML 2.0', oidc: 'OpenID Connect' },
  attribute: 'Attribute',
  values: 'Values',
  noValue: 'no value',
  long: (characters: number) => `… ${characters.toLocaleString('en')} characters in all`,
  shortened: (wanted: string) =>
    `You asked for ${wanted}. This role does not allow that in AWS, so that it is an hour.`,
  severalConsoles: 'Several consoles side by side',
  severalConsolesHow:
    'AWS keeps one console session for each browser unless you turn on multi-session support, once, in the console’s account menu: then up to five stay open side by side. Without it AWS asks you to sign out of the session before; a private window or another browser profile works as well.',
} as const

/** Of the page with the ways to sign in. */
const chooser = {
  title: 'Sign in',
  heading: 'Sign in to AWS',
  lede: 'Choose how to prove who you are. The role comes next.',
  noProvider: ['No identity provider is configured. Add one under ', ' in the configuration.'],
  usedLast: 'used last',
} as const

/** Of the page on which one finds the own organization in a federation. */
const findIdp = {
  title: 'Find your organization',
  lede: [
    '',
    (count: number) =>
      ` has ${count} ${count === 1 ? 'organization' : 'organizations'}. Search for the one where your account lives.`,
  ],
  last: 'Last time',
  search: 'Name of your organization',
  searchHint: 'Name or domain',
  searchButton: 'Search',
  results: 'Organizations',
  more: 'There are more. Type more of the name to see yours.',
  none: ['No organization matches ', '. Try one word of its name, or its domain.'],
  others: 'Other ways to sign in',
} as const

/** On the ways to an identity provider, and back. */
const underway = {
  signingIn: (provider: string) => `Signing in at ${provider}`,
  signingOut: (provider: string) => `Signing out at ${provider}`,
  signingOutSomewhere: 'Signing out at your identity provider',
  byItself: 'Your browser takes you on by itself. Where it does not, press the button.',
  renewing: 'Renewing your sign-in',
  renewingWhy: [
    'What ',
    ' says about you is too old for this role. You are taken there, and then back to what you picked.',
  ],
  confirmTitle: 'Continue?',
  confirmSignIn: ['Continue as ', ' from ', '?'],
  confirmSignInWhy:
    'You were sent here with a sign-in that did not begin at this gateway. If you did not come from there just now, close this page.',
  no: 'No',
  confirmRoleTitle: (role: string) => `${role}: continue?`,
  confirmRole: ['Your sign-in at ', ' is fresh again. What you picked is one step away.'],
  opensAt: 'It opens at',
  getCredentials: 'Get the credentials',
} as const

/** Of signing out. */
const signOut = {
  title: 'Sign out',
  heading: 'Sign out?',
  lede: 'This ends your session at the gateway. Credentials you have already taken stay valid until they expire.',
  stay: 'Stay signed in',
  doneTitle: 'Signed out',
  done: 'You are signed out',
  doneLede: 'Your session at the gateway has ended. Credentials you had already taken stay valid until they expire.',
  /** What became of it at the provider of that name. */
  provider: {
    unheard: (label: string) => `You may still be signed in at ${label}.`,
    returned: (label: string) => `${label} was asked to sign you out as well, and sent you back here.`,
    unsigned: (label: string) =>
      `${label} answered without a signature, so its answer does not count: you may still be signed in there.`,
    complete: (label: string) => `You are signed out at ${label} as well.`,
    partial: (label: string) =>
      `${label} could not sign you out everywhere: you may still be signed in at other applications that you used with it.`,
    failed: (label: string) => `${label} did not sign you out: you may still be signed in there.`,
  },
} as const

/** Of every refusal. */
const error = {
  next: 'What to do next',
  copyReference: 'Copy the reference',
  askForIt: 'If it goes on, give this reference to whoever runs this gateway: its log has the exact reason under it.',
} as const

/** Of links to the console: the page that they lead to, and the one where they are copied. */
const go = {
  title: 'Open the console',
  titleAs: (role: string) => `Console as ${role}`,
  headingAs: ['Open the console as ', '?'],
  leadsTo: 'The link leads to',
  noRoleInAccount: ['This page is in account ', ', where you have no role.'],
  noRole: 'You have no role with which this page can be reached.',
  opensAt: 'Opens at',
  firstPage: 'The first page',
  hint: 'A service such as s3, the address of a console page, or nothing.',
  refused: (title: string) => `Error: ${title}`,
  linkInstead: 'Get a link instead',
  which: 'Which role do you want to be there?',
  search: 'Search accounts and roles',
  searchHint: 'Account, number or role',
  searchButton: 'Search',
  noMatch: ['No role matches ', '.'],
  consoleAs: (role: string, account: string) => `Console as ${role} in ${account}`,
  linkTitle: (role: string) => `Console link for ${role}`,
  linkHeading: ['Console link for ', ''],
  worksUntil: 'Link works until',
  sessionEnds: 'Session ends',
  forYou: 'For you, valid for 15 minutes',
  forYouHow:
    'Open it in the browser, profile or private window where you want the console. It works for whoever has it: do not send it to anybody.',
  copyForYou: 'Copy the console link',
  forOthers: 'For others, and for later',
  forOthersHow: 'Leads to the same role and page. Whoever follows it signs in as themselves, and needs the role.',
  copyForOthers: 'Copy the link for others',
} as const

/** Of the page about the person. */
const identity = {
  title: 'Identity',
  heading: 'Who you are here',
  lede: ['What ', ' said about you at this sign-in, and what AWS makes of it when you take a role.'],
  onThisPage: 'On this page',
  signIn: 'Your sign-in',
  subject: 'Subject',
  format: 'Format',
  provider: 'Provider',
  protocol: 'Protocol',
  issuer: 'Issuer',
  signedIn: 'Signed in',
  ends: 'Session ends',
  attributes: 'Attributes',
  attributesLede: 'Rules of this gateway see these values and nothing else.',
  attributesCaption: 'Attributes the provider sent',
  noAttributes: 'The provider sent no attributes.',
  session: 'Your session in AWS',
  sessionName: 'Session name',
  noSessionName: 'none: your provider’s assertion names none',
  sourceIdentity: 'Source identity',
  noSourceIdentity: 'none',
  tags: 'Tags',
  noTags: 'none',
  transitive: 'goes along to further roles',
  size: 'Size of the tags',
  sizeOf: (percent: number) => `about ${percent} % of what AWS allows`,
  sizeNote: 'An estimate: AWS packs them in a way of its own, and tells the size only after the fact.',
  without: ['Without ', ''],
  roles: 'What AWS will say',
  noRoles: 'There is no role for you to take.',
  tally: (allowed: number, denied: number, unknown: number): string =>
    [
      [allowed, 'allowed'],
      [denied, 'denied'],
      [unknown, 'not known'],
    ]
      .flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]))
      .join(', '),
  rolesHow: 'Worked out here, before AWS is asked. Open a role to see from what.',
  search: 'Search roles, accounts and outcomes',
  searchHint: 'Account, role or denied',
  searchButton: 'Search',
  noMatch: ['No role matches ', '.'],
  showAll: (total: number) => `Show all ${total} roles`,
  account: 'Account',
  verdicts: { allowed: 'Allowed', denied: 'Denied', unknown: 'Not known' },
  findings: (role: string, account: string) => `Findings for ${role} in ${account}`,
  check: 'Check',
  outcome: 'Outcome',
  outcomes: { pass: 'passes', fail: 'fails', unknown: 'not known', 'not-run': 'not run' },
  expected: 'Wanted',
  found: 'Had',
  from: 'From',
  keys: 'What AWS sees',
  keysHow:
    'The condition keys that trust policies can ask for when you take a role, with their values and where those come from.',
  noKeys: 'Nothing: there is no role for you to take.',
  key: 'Key',
  differs: 'in the first account; another value in others',
  ignored: 'What AWS ignores',
  ignoredHow: 'No trust policy can ask for these.',
  ignoredCaption: 'Attributes that AWS ignores',
  nothingIgnored: 'Nothing of what the provider said.',
} as const

/** Of the page with what the person did. */
const activity = {
  title: 'Activity',
  heading: 'My activity',
  lede: 'Your sign-ins at this gateway and the roles you took, the latest first: up to a hundred of the last ninety days. Times are UTC, as in CloudTrail.',
  notKept: 'Your identity provider calls you by another name at each sign-in, so that only this one is shown.',
  logins: 'Where you are signed in',
  since: 'Since',
  browser: 'Browser',
  address: 'Address',
  ends: 'Ends',
  thisBrowser: 'this browser',
  signOutEverywhere: 'Sign out everywhere',
  signOutEverywhereHow:
    'Ends all of these. Credentials and consoles that you have already taken stay valid until they expire.',
  done: 'What you did',
  nothing: 'Nothing is recorded yet.',
  what: {
    'sign-in': 'Signed in',
    renewal: 'Sign-in renewed',
    'sign-out': 'Signed out',
    'provider-sign-out': 'Signed out by your identity provider',
    credentials: 'Credentials',
    console: 'Console',
    denied: 'Refused',
  },
  unknownAddress: 'unknown',
  accessKeyId: 'Access key id',
  sessionName: 'Session name',
  expires: 'Expires',
  openedAt: 'Opened at',
  reference: 'reference',
  trail: (accessKeyId: string) => `What was done with ${accessKeyId}`,
  trailHow: 'CloudTrail knows, a quarter of an hour later. Run this with a role that may read it:',
  copyTrail: (accessKeyId: string) => `Copy the CloudTrail query for ${accessKeyId}`,
} as const

/** Of the operators' page. */
const status = {
  title: 'Status',
  ready: 'The gateway can do its work.',
  notReady: 'The gateway cannot do its work.',
  counts: 'Counts are of this process, since',
  version: 'Version',
  store: 'Store',
  stores: { ok: 'works', failing: 'does not work' },
  audit: 'Audit log',
  audits: {
    ok: 'is written',
    failing: (reason: string, waiting: number, lost: number) =>
      `cannot be written: ${reason}. Lines waiting: ${waiting}, lost: ${lost}. Since`,
  },
  health: { good: 'well', warning: 'look at this', bad: 'broken' },
  providers: 'Identity providers',
  states: {
    fresh: 'People can sign in',
    copy: 'The last good copy serves',
    missing: 'Nobody can sign in',
  },
  source: 'Source',
  lastRefusal: 'Last refused sign-in',
  facts: {
    discovered: 'Discovered',
    keysRead: 'Keys read',
    idTokens: 'ID tokens are valid for',
    minutes: (count: number) => `${count} min`,
    idp: 'Identity provider',
    idps: 'Identity providers',
    metadataRead: 'Metadata read',
    metadataUntil: 'Metadata valid until',
  },
  counted: {
    login: 'Sign-ins',
    'login.renewed': 'Renewed',
    'login.refused': 'Refused sign-ins',
    exchange: 'Exchanges',
    'exchange.denied': 'Denied exchanges',
    console: 'Consoles',
    'console.denied': 'Denied consoles',
    logout: 'Sign-outs',
  },
  certificates: 'Certificates',
  noCertificates: 'None is known.',
  holder: 'Whose',
  subject: 'Subject',
  valid: 'Valid',
  issuer: 'Issuer of web-identity tokens',
  url: 'URL',
  keySigns: 'Key that signs',
  keyPublished: 'Key that is published',
} as const

export const texts = {
  credentials,
  layout,
  roles,
  script,
  shared,
  chooser,
  findIdp,
  underway,
  signOut,
  error,
  go,
  identity,
  activity,
  status,
} as const

/** The fitting form, with the number in it. */
function counted(forms: Forms, n: number): string {
  return forms[english.select(n) === 'one' ? 'one' : 'other'].replace('{n}', String(n))
}
