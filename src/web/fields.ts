/** The names of the form fields, the same in every form, for routes and templates. */
export const fields = {
  csrf: 'csrf',
  role: 'role',
  duration: 'duration',
  /** The ID of a format: a file is requested instead of a page. */
  download: 'download',
  profile: 'profile',
  destination: 'destination',
  /** `link`: the link to the console is requested on a page. */
  as: 'as',
  /** `yes` or `no`. */
  pinned: 'pinned',
  /** A path inside the gateway. */
  returnTo: 'return_to',
  /** `yes`: the user was asked whether they want to use a sensitive role. */
  confirmed: 'confirmed',
  /** `yes`: every login of the user. */
  everywhere: 'everywhere',
  /** `yes`: as another user than the provider knows. */
  otherUser: 'other_user',
  handle: 'handle',
  /** What a device shows and the user types in. */
  userCode: 'user_code',
  /** `allow` or `refuse`. */
  decision: 'decision',
  /** The id of a signed-in device. */
  device: 'device',
  /** Set by the script: the next page must come in between. */
  viaPage: 'via_page',
} as const

/** A field of a form or a parameter of a query, of any type: a text, empty if it is missing or repeated. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** A field that may be repeated: its texts, none if it is missing. */
export function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one): one is string => typeof one === 'string' && one !== '')
}
