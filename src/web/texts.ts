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

/** What the script says, which the server hands it with the page. */
const script = {
  copied: 'Copied',
  selected: 'Selected. Press Control and C to copy.',
  expired: 'Expired',
  saved: 'Saved',
  profileInvalid: 'Letters, digits and _ + = , . @ : / - only',
} as const

export const texts = { credentials, script } as const
export type Texts = typeof texts
