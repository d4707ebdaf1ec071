/**
 * The pages' own English, in one place. Sentences that pages share with logs and the command line are elsewhere: those
 * of errors in the catalogues (errors.ts of each folder), forecasts in access/preflight, warnings in access/, expiry
 * dates in core/expiry.ts, grant reasons in access/entitlement.ts. docs/pages.md lists them.
 */
import { counted } from '../core/text/plural.ts'
import { checkNames } from './models/check-names.ts'
import { pickerTexts, refusedLinkTexts } from './picker/texts.ts'
import { sessionTexts } from './sessions/texts.ts'
import { testSignIn } from './test-sign-in/texts.ts'

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
  downloadsAgain: 'Without JavaScript, downloading issues new credentials.',
  show: 'Show the values',
  hide: 'Hide the values',
  profile: 'Profile name',
  valuesLabel: (format: string) => `Credentials, ${format}`,
  copyValue: (name: string) => `Copy ${name}`,
  warning:
    'Treat these like a password. Anyone who has them can act as you in AWS until they expire. You cannot see them again after you leave this page.',
  openConsole: 'Open the console in this role',
  getNew: 'Get new credentials',
  validUntil: 'Valid until',
  refused: 'Not issued',
  role: 'Role',
  outcome: 'Outcome',
  reference: 'Reference',
  noneTaken: 'No credentials were issued for these roles.',
  commandLine: {
    label: 'fedgate CLI',
    use: 'Recommended: AWS tools get and renew their credentials by themselves. Needs Node.js 20.19 or newer.',
    install: 'Install',
    start: 'Sign in, then write your profiles',
  },
  formats: {
    env: { label: 'bash, zsh', use: 'Paste into a terminal. Applies to that terminal session only.' },
    fish: { label: 'fish', use: 'Paste into a terminal. Applies to that terminal session only.' },
    powershell: { label: 'PowerShell', use: 'Paste into PowerShell. Applies to that window only.' },
    'windows-cmd': { label: 'cmd', use: 'Paste into a command prompt. Applies to that window only.' },
    nushell: { label: 'nushell', use: 'Paste into a terminal. Applies to that terminal session only.' },
    'env-no-export': {
      label: '.env',
      use: 'For .env files. Don’t commit it.',
    },
    docker: { label: 'docker', use: 'For docker run --env-file.' },
    ini: { label: 'Profile', use: 'Add it to ~/.aws/credentials, then use it with --profile or AWS_PROFILE.' },
    process: { label: 'JSON', use: 'credential_process JSON, for tools that expect it.' },
    values: { label: 'Values', use: 'Individual values for copying into forms.' },
  },
} as const

const roleCount = { one: '{n} role', other: '{n} roles' } as const
const hourCount = { one: '{n} hour', other: '{n} hours' } as const
const minuteCount = { one: '{n} minute', other: '{n} minutes' } as const
const secondCount = { one: '{n} second', other: '{n} seconds' } as const
const organizationCount = { one: '{n} organization', other: '{n} organizations' } as const
const accountCount = { one: '{n} account', other: '{n} accounts' } as const
const fileCount = { one: '{n} file', other: '{n} files' }
const passedCount = { one: '{n} check passed', other: '{n} checks passed' } as const
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
  support: 'Get help',
} as const

/** Of the role picker, and of the page about one role of it. */
const roles = {
  title: 'Roles',
  count: (shown: number, total: number, accounts: number): string => {
    const all = counted(roleCount, total)
    return `${shown === total ? all : `${shown} of ${all}`} in ${counted(accountCount, accounts)}`
  },
  search: 'Search accounts and roles',
  searchHint: 'Search by account, ID or role',
  searchButton: 'Search',
  pinned: 'Pinned',
  recent: 'Recent',
  account: 'Account',
  notKept:
    'Your identity provider gives you a new ID each time you sign in, so pins and durations are lost when you sign out.',
  seen: 'How you will appear in AWS',
  inCloudTrail: 'Session name (CloudTrail)',
  noSessionName: 'none (your provider sent no session name)',
  sourceIdentity: 'Source identity',
  tags: 'Tags',
  moreTags: (count: number) => `and ${count} more`,
  evidence: 'Sent to AWS',
  modes: { reissued: '(reissued)', original: '(original)' },
  means: {
    'saml reissued': 'a SAML response signed by this gateway',
    'web-identity reissued': 'a token signed by this gateway',
    'saml original': 'your provider’s own SAML response',
    'web-identity original': 'your provider’s own token',
  },
  age: { reissued: 'You signed in', original: 'Signed' },
  agoOf: (minutes: number): string => {
    if (minutes < 1) return ago.now
    const [h, m] = [Math.floor(minutes / 60), minutes % 60]
    return (h === 0 ? ago.minutes : ago.hours).replace('{h}', String(h)).replace('{m}', String(m))
  },
  takenUntil: 'Valid for AWS until',
  renewedFirst: 'After that we renew it when you pick a role.',
  verdicts: { allowed: 'Allowed', denied: 'Denied', unknown: 'Unknown' },
  select: (role: string, account: string) => `Select ${role} in ${account}`,
  duration: (role: string, account: string) => `Duration for ${role} in ${account}`,
  credentials: 'Credentials',
  credentialsFor: (role: string, account: string) => `Credentials for ${role} in ${account}`,
  console: 'Console',
  consoleAs: (role: string, account: string) => `Console as ${role} in ${account}`,
  pin: (wanted: keyof typeof pinWords, role: string, account: string) => `${pinWords[wanted]} ${role} in ${account}`,
  signInAgain: (seconds: number) =>
    `Requires you to sign in again (your last sign-in was over ${inWords(seconds)} ago). You’ll return here.`,
  recentSignIn: (seconds: number) =>
    `Requires a sign-in within the last ${inWords(seconds).replace(/^1 (\w+)$/, '$1')}. Yours qualifies.`,
  requiresContext: (label: string) => `Requires you to sign in again with ${label}. You’ll return here.`,
  metContext: (label: string) => `Requires a sign-in with ${label}. Yours qualifies.`,
  ofSeveral: 'Several roles',
  durationOfSeveral: 'Duration for all selected roles',
  credentialsForSelected: 'Credentials for the selected roles',
  clearSelection: 'Clear',
  nothing: 'No role matches',
  showAll: (total: number) => `Show all ${counted(roleCount, total)}`,
  none: {
    title: 'You don’t have any roles yet',
    lede: ['You are signed in with ', ', but no access rule matches you.'],
    tell: 'What to tell your administrator',
    match: 'Access rules match these values. Ask your administrator for a rule that matches one of them.',
    provider: 'Provider',
    subject: 'Subject',
    noAttributes:
      'The provider sent no attributes, so no rule can match. Your administrator may need to release the groups attribute to this gateway.',
    attributes: 'Attributes the provider sent',
    everything: 'Everything this gateway knows about you',
    idpHelp: ['If your organization must release more about you, ', 'get help there', '.'],
  },
  keys: {
    open: 'Shortcuts',
    title: 'Shortcuts',
    list: [
      ['/', 'Search'],
      ['↓ ↑', 'Move between search and roles'],
      ['← →', 'Fold or unfold a group'],
      ['Enter', 'Open console, in a new tab'],
      ['c', 'Get credentials'],
      ['p', 'Pin or unpin the role'],
      ['Esc', 'Clear the search'],
      ['?', 'This list'],
    ],
    use: 'Enable single-key shortcuts',
    close: 'Close',
  },
  why: {
    title: (role: string) => `About ${role}`,
    allRoles: 'All roles',
    copyArn: 'Copy the ARN',
    arn: 'ARN',
    alias: 'Alias',
    granted: 'Granted because',
    longest: 'Longest session',
    verdict: 'Forecast',
    sentences: {
      allowed: 'We found no reason for AWS to refuse.',
      denied: 'AWS will probably refuse. You can still try.',
      unknown: 'We can’t tell in advance.',
    },
    findings: 'Findings',
    change: 'What to change:',
    take: 'Use this role',
    consoleAt: 'Open a specific console page…',
    consoleAtPage: (role: string, account: string) => `Open a specific console page…, as ${role} in ${account}`,
  },
} as const

const findIdpAnswers = {
  results: 'Organizations',
  more: 'More organizations match. Type more of the name.',
  none: ['No organization matches ', '. Try one word of its name, or its domain.'],
} as const

/** Texts of the script, served with it. It fills in what is in braces. */
const script = {
  copied: 'Copied',
  selected: 'Selected. Press Ctrl+C (⌘C on Mac) to copy.',
  expired: 'expired',
  hoursLeft: '{h} h {m} min left',
  minutesLeft: '{m} min {s} s left',
  secondsLeft: '{s} s left',
  localThenUtc: '{local} ({utc})',
  saved: 'Saved',
  profileInvalid: 'Letters, digits and _ + = , . @ : / - only',
  roleCount,
  accountCount,
  someRoles: '{n} of {all}',
  inAccounts: '{roles} in {accounts}',
  ago,
  pinWords,
  pinned: 'Pinned. It appears first the next time you open this page.',
  unpinned: 'No longer pinned',
  credentialsFor,
  tooMany: 'At most {n} roles at once',
  findIdp: findIdpAnswers,
  organizationsFound: organizationCount,
} as const

/** Used on more than one page. */
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
  shortened: (wanted: string) => `You asked for ${wanted}, but this role allows less. You got 1 hour.`,
  severalConsoles: 'Several consoles at once',
  severalConsolesHow:
    'By default AWS allows one console session per browser. Turn on multi-session support in the console’s account menu to keep up to five open. Otherwise use a private window or another browser profile.',
} as const

/** Of the page for choosing an identity provider. */
const chooser = {
  title: 'Sign in',
  heading: 'Sign in to AWS',
  lede: 'Choose an identity provider. You’ll pick a role next.',
  noProvider: ['No identity provider is configured. Add one under ', ' in the configuration.'],
  notice: 'Before you sign in',
  usedLast: 'used last',
  otherUser: ['Sign in at ', ' as another user'],
} as const

/** Of the page for finding an organization in a federation. */
const findIdp = {
  title: 'Find your organization',
  lede: ['', (count: number) => ` has ${counted(organizationCount, count)}. Search for your university or employer.`],
  last: (count: number) => (count === 1 ? 'Last time' : 'Recent'),
  search: 'Name of your organization',
  searchHint: 'Name or domain',
  searchButton: 'Search',
  ...findIdpAnswers,
  others: 'Other ways to sign in',
} as const

/** Of the pages on the way to an identity provider and back. */
const underway = {
  signingIn: (provider: string) => `Signing in at ${provider}`,
  signingOut: (provider: string) => `Signing out at ${provider}`,
  signingOutSomewhere: 'Signing out at your identity provider',
  byItself: 'You’ll be redirected automatically. If not, select Continue.',
  renewing: 'Sign in again',
  renewingWhy: [
    'Your sign-in at ',
    ' is too old for this role, or it requires another way of signing in. You’ll sign in there again and return to the role you picked.',
  ],
  confirmTitle: 'Continue?',
  confirmSignIn: ['Continue as ', ' from ', '?'],
  confirmSignInWhy: 'This sign-in was started elsewhere. If you didn’t start it, close this page.',
  no: 'No',
  confirmRoleTitle: (role: string) => `${role}: continue?`,
  confirmRole: ['You’re signed in again at ', '. Continue to the role you picked.'],
  opensAt: 'It opens at',
  getCredentials: 'Get credentials',
} as const

/** Of signing out. */
const signOut = {
  title: 'Sign out',
  heading: 'Sign out?',
  lede: 'This ends your session here. AWS sessions already started stay valid until they expire.',
  stay: 'Stay signed in',
  doneTitle: 'Signed out',
  otherUser: ['Sign in at ', ' as another user'],
  done: 'You are signed out',
  doneLede: 'Your session here has ended. AWS sessions already started stay valid until they expire.',
  /** The outcome at the provider of that name. */
  provider: {
    unheard: (label: string) => `You may still be signed in at ${label}.`,
    returned: (label: string) =>
      `${label} was asked to sign you out as well and sent you back here, but did not confirm it. You may still be signed in there.`,
    unsigned: (label: string) =>
      `${label} answered without a signature, so its answer does not count: you may still be signed in there.`,
    complete: (label: string) => `You are signed out at ${label} as well.`,
    partial: (label: string) =>
      `${label} could not sign you out everywhere. You may still be signed in to other applications.`,
    failed: (label: string) => `${label} did not sign you out. You may still be signed in there.`,
  },
} as const

/** Of every refusal. */
const error = {
  next: 'What to do next',
  copyReference: 'Copy the reference',
  askForIt: 'If this keeps happening, send this reference to your administrator.',
  idpHelp: ['Your organization may be able to fix this. ', 'Get help there', '.'],
  reportTitle: 'Report this error',
  reportHow: 'Copy this text into a mail to the administrator of the gateway or of the identity provider.',
  copyReport: 'Copy the report',
  /** Of the lines of that text. */
  report: {
    gateway: 'Gateway',
    error: 'Error code',
    message: 'Message',
    next: 'Next step',
    time: 'Time',
    reference: 'Reference',
    provider: 'Identity provider',
    entityId: 'entityID',
    issuer: 'issuer',
    serviceProvider: 'Service provider entityID',
    clientId: 'Client ID',
  },
} as const

/** Of links to the console: the page that they open, and the page to copy them. */
const go = {
  title: 'Open the console',
  titleAs: (role: string) => `Console as ${role}`,
  headingAs: ['Open the console as ', '?'],
  leadsTo: 'Opens:',
  noRoleInAccount: ['This page is in account ', ', where you have no role.'],
  noRole: 'None of your roles can open this page.',
  opensAt: 'Opens at',
  firstPage: 'The first page',
  hint: 'Optional: a service (such as s3) or a console URL.',
  refused: (title: string) => `Error: ${title}`,
  linkInstead: 'Copy a link instead',
  which: 'Which role do you want to use?',
  search: 'Search accounts and roles',
  searchHint: 'Search by account, ID or role',
  searchButton: 'Search',
  noMatch: ['No role matches ', '.'],
  consoleAs: (role: string, account: string) => `Console as ${role} in ${account}`,
  linkTitle: (role: string) => `Console link for ${role}`,
  linkHeading: ['Console link for ', ''],
  worksUntil: 'Link works until',
  sessionEnds: 'Session ends',
  forYou: 'For you, valid for 15 minutes',
  forYouHow:
    'Open it in the browser, profile or private window where you want the console. Anyone with this link can use it. Don’t share it.',
  copyForYou: 'Copy the console link',
  forOthers: 'Share or bookmark',
  forOthersHow: 'Opens the same role and page. Recipients sign in themselves and must have the role.',
  copyForOthers: 'Copy the link for others',
} as const

/** Of the page about the user. */
const identity = {
  title: 'Identity',
  heading: 'Your identity',
  lede: ['What ', ' told us about you and how AWS will use it.'],
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
  attributesLede: 'Access rules use only these values.',
  attributesCaption: 'Attributes the provider sent',
  noAttributes: 'The provider sent no attributes.',
  session: 'Your session in AWS',
  sessionName: 'Session name',
  noSessionName: 'none (your provider sent no session name)',
  sourceIdentity: 'Source identity',
  noSourceIdentity: 'none',
  tags: 'Tags',
  noTags: 'none',
  transitive: 'passed on when chaining roles (transitive)',
  size: 'Size of the tags',
  sizeOf: (percent: number) => `about ${percent} % of what AWS allows`,
  sizeNote: 'Estimate. AWS reports the exact size only after the session starts.',
  without: ['Without ', ''],
  roles: 'Role access forecast',
  noRoles: 'You don’t have any roles.',
  tally: (allowed: number, denied: number, unknown: number): string =>
    [
      [allowed, 'allowed'],
      [denied, 'denied'],
      [unknown, 'unknown'],
    ]
      .flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]))
      .join(', '),
  rolesHow: 'Calculated here without contacting AWS. Expand a role for details.',
  search: 'Search roles, accounts and outcomes',
  searchHint: 'Account, role or denied',
  searchButton: 'Search',
  noMatch: ['No role matches ', '.'],
  showAll: (total: number) => `Show all ${counted(roleCount, total)}`,
  account: 'Account',
  verdicts: { allowed: 'Allowed', denied: 'Denied', unknown: 'Unknown' },
  findings: (role: string, account: string) => `Findings for ${role} in ${account}`,
  alsoOpen: 'Other reasons',
  passedChecks: (count: number) => counted(passedCount, count),
  statements: 'The trust policy, part by part',
  check: 'Check',
  outcome: 'Outcome',
  outcomes: { pass: 'Passed', fail: 'Failed', unknown: 'Unknown', 'not-run': 'Not run' },
  expected: 'Expected',
  found: 'Actual',
  from: 'Source',
  keys: 'What AWS sees',
  keysHow: 'The condition keys that trust policies can test, with their values and where each comes from.',
  noKeys: 'Nothing: you don’t have any roles.',
  key: 'Key',
  differs: 'value for the first account; differs in others',
  ignored: 'What AWS ignores',
  ignoredHow: 'Trust policies can’t use these.',
  ignoredCaption: 'Attributes that AWS ignores',
  nothingIgnored: 'Nothing that the provider sent.',
} as const

/** Of the pages on which the user allows a device to sign in. */
const commandLine = {
  unnamed: 'a device without a name',
  allowTitle: 'Allow the command line?',
  allowHeading: ['Sign in on ', '?'],
  allowLede: 'fedgate on the command line asks to act for you.',
  code: 'Code',
  device: 'Device',
  address: 'Address',
  program: 'Program',
  where: 'Runs on',
  thisMachine: 'this computer',
  gets: 'It can',
  getsWhat:
    'list your roles and get credentials and console links for them, until your sign-in ends or you sign the device out',
  compare:
    'Allow this only if your terminal shows the same code and you started it yourself. If someone sent you the code or a link, refuse.',
  startedByYou: 'Allow this only if you just ran fedgate yourself. Otherwise refuse.',
  allow: 'Allow',
  refuse: 'Refuse',
  returning: 'Returning to the command line',
  enterTitle: 'Sign in a device',
  enterLede: 'Enter the code that your terminal shows.',
  allowedTitle: 'Device signed in',
  allowed: ['Return to the terminal: ', ' is signed in.'],
  refusedTitle: 'Sign-in refused',
  refused: ['', ' was not signed in. You can close this page.'],
  devices: 'Your devices',
} as const

/** Of the page with the user's activity. */
const activity = {
  title: 'Activity',
  heading: 'My activity',
  lede: 'Your sign-ins and the roles you used, newest first; last 90 days, up to 100 entries. CloudTrail’s times are UTC.',
  notKept: 'Your identity provider gives you a new ID each time you sign in, so only this sign-in is shown.',
  logins: 'Active sessions',
  since: 'Since',
  browser: 'Browser',
  address: 'Address',
  ends: 'Ends',
  thisBrowser: 'this browser',
  signOutEverywhere: 'Sign out everywhere',
  signOutEverywhereHow:
    'Signs you out of all of these and of every device below. AWS sessions already started stay valid until they expire.',
  devices: 'Signed-in devices',
  noDevices: 'You are not signed in on the command line of any device.',
  device: 'Device',
  lastUsed: 'Last used',
  endDevice: 'Sign out',
  endDeviceOf: (device: string) => `Sign out ${device}`,
  done: 'History',
  nothing: 'Nothing is recorded yet.',
  what: {
    'sign-in': 'Signed in',
    renewal: 'Signed in again',
    'sign-out': 'Signed out',
    'provider-sign-out': 'Signed out by your identity provider',
    'operator-sign-out': 'Signed out by an operator',
    'device-sign-in': 'Device signed in',
    'device-sign-out': 'Device signed out',
    'device-token-reused': 'Device signed out: its token was used twice',
    credentials: 'Credentials',
    console: 'Console',
    denied: 'Refused',
  },
  reused:
    'A code or token of this device was used a second time. Someone may have copied it. Sign in on the device again, and tell your administrator if you did not expect this.',
  unknownAddress: 'unknown',
  accessKeyId: 'Access key id',
  sessionName: 'Session name',
  expires: 'Expires',
  openedAt: 'Opened at',
  reference: 'reference',
  trail: 'Find this key’s activity in CloudTrail',
  trailHow: 'Events appear after about 15 minutes. Run with a role that can read CloudTrail:',
  copyTrail: (accessKeyId: string) => `Copy the CloudTrail query for ${accessKeyId}`,
} as const

/** Of the operators' page. */
const status = {
  title: 'Status',
  ready: 'Healthy',
  notReady: 'Not ready',
  counts: 'Counts are of this process, since',
  version: 'Version',
  store: 'Store',
  stores: { ok: 'OK', failing: 'Failing' },
  audit: 'Audit log',
  signingKeys: 'Signing keys',
  keys: { ok: 'OK', failing: (keys: string) => `AWS KMS does not sign: ${keys}` },
  audits: {
    ok: 'is written',
    failing: (reason: string, waiting: number, lost: number) =>
      `cannot be written: ${reason}. Lines waiting: ${waiting}, lost: ${lost}. Since`,
  },
  health: { good: 'Healthy', warning: 'Warning', bad: 'Failing' },
  providers: 'Identity providers',
  states: {
    fresh: 'sign-in available',
    copy: 'Using cached metadata',
    missing: 'sign-in not available',
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
  noCertificates: 'None',
  holder: 'Owner',
  subject: 'Subject',
  valid: 'Valid',
  issuer: 'Issuer of web-identity tokens',
  url: 'URL',
  keySigns: 'Signing key',
  keyPublished: 'Published key',
  catalog: {
    title: 'Catalogue of accounts and roles',
    inUse: 'In use',
    contents: (accounts: number, roles: number, files: number): string =>
      [counted(accountCount, accounts), counted(roleCount, roles), counted(fileCount, files)].join(', '),
    readAt: 'Read',
    problem: 'The files have changed and cannot be used; the version below still applies.',
    further: (count: number): string => `and ${count} more`,
  },
} as const

export const texts = {
  credentials,
  layout,
  roles,
  checks: checkNames,
  picker: pickerTexts,
  refusedLink: refusedLinkTexts,
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
  commandLine,
  status,
  sessions: sessionTexts,
  testSignIn,
} as const

/** `1 hour`, `1 hour 30 minutes`. */
function inWords(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), hourCount],
    [Math.floor((seconds % 3600) / 60), minuteCount],
    [seconds % 60, secondCount],
  ] as const
  return parts.flatMap(([n, forms]) => (n > 0 ? [counted(forms, n)] : [])).join(' ')
}
