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
  /** `yes`: every login of the user. */
  everywhere: 'everywhere',
  handle: 'handle',
  /** What a device shows and the user types in. */
  userCode: 'user_code',
  /** `allow` or `refuse`. */
  decision: 'decision',
  /** The id of a signed-in device. */
  device: 'device',
  /** Set by the script: what follows is to come by a page of its own. */
  viaPage: 'via_page',
} as const

/** A field of a form or a parameter of a query, whatever came: a text, empty where it is missing or repeated. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A field that may be repeated: its texts, none where it is missing. */
export function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string' && one !== '')
}
