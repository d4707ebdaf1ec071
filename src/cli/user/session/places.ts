/**
 * Where the command line keeps its files. `credential-process` loads this on every call of an AWS tool: it imports
 * nothing.
 */

/** What decides the place: environment, operating system. */
export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
  /** The user's home folder. */
  readonly home: string
}

/**
 * The folder with everything: `$XDG_DATA_HOME/fedgate` or `~/.local/share/fedgate`, on macOS
 * `~/Library/Application Support/fedgate`, on Windows `%LOCALAPPDATA%\fedgate`.
 */
export function dataFolder({ env, platform, home }: Place): string {
  if (platform === 'win32') return `${env.LOCALAPPDATA || `${home}\\AppData\\Local`}\\fedgate`
  // The XDG Base Directory Specification has relative paths ignored.
  if (env.XDG_DATA_HOME?.startsWith('/')) return `${env.XDG_DATA_HOME}/fedgate`
  return platform === 'darwin' ? `${home}/Library/Application Support/fedgate` : `${home}/.local/share/fedgate`
}

/** The file with the gateway that was used last. */
export function settingsFile(place: Place): string {
  return `${dataFolder(place)}/settings.json`
}

/** The folder of one gateway, named after its host: `aws.example.com`, `http_localhost_8080`. */
export function gatewayFolder(place: Place, gateway: string): string {
  const name = gateway.replace(/^https:\/\//, '').replaceAll(/[^A-Za-z0-9.-]+/g, '_')
  return `${dataFolder(place)}/${name}`
}

/** The file with the roles as the gateway last listed them. */
export function rolesFile(place: Place, gateway: string): string {
  return `${gatewayFolder(place, gateway)}/roles.json`
}

/** The file that says whose the cached credentials are. */
export function userFile(place: Place, gateway: string): string {
  return `${gatewayFolder(place, gateway)}/user.json`
}

/** The folder with the credentials of each role. */
export function credentialsFolder(place: Place, gateway: string): string {
  return `${gatewayFolder(place, gateway)}/credentials`
}

/** The file with the cached credentials of one role. Names that are too long for a file system end with a hash. */
export function credentialsFile(place: Place, gateway: string, role: string): string {
  const name = encodeURIComponent(role)
  const short = name.length <= 200 ? name : `${name.slice(0, 180)}-${hashOf(name)}`
  return `${credentialsFolder(place, gateway)}/${short}.json`
}

/** FNV-1a with 32 bits: it only tells file names apart, and the file says which role it is of. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(16)
}
