/** The names of the form fields, the same in every form: a route reads what a template writes. */
export const fields = {
  csrf: 'csrf',
  role: 'role',
  duration: 'duration',
  /** The name of a format: a file is asked for and no page. */
  download: 'download',
  profile: 'profile',
  destination: 'destination',
  /** `link`: the way to the console is wanted on a page. */
  as: 'as',
  /** `yes` or `no`. */
  pinned: 'pinned',
  /** A path inside the gateway. */
  returnTo: 'return_to',
  /** `yes`: every login of the person. */
  everywhere: 'everywhere',
  handle: 'handle',
  /** Set by the script: what follows is to come by a page of its own. */
  onward: 'onward',
} as const
