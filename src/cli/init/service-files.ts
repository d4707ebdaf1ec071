/** What runs the gateway as a service: a systemd unit from the one in deploy/, or a compose file. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'

const UNIT = new URL('../../../deploy/fedgate.service', import.meta.url)

export interface Installed {
  /** Absolute. */
  readonly folder: string
  /** Node.js and the script that start this program again, as absolute paths. */
  readonly self: readonly string[]
  /** The owner of the files, whose secrets only it can read. */
  readonly user: string
}

/** The user that runs the service: the owner of the files, unless that is root. */
export function serviceUser(): string {
  const { username, uid } = userInfo()
  return uid === 0 ? 'fedgate' : username
}

/** The unit of deploy/, for these files: their owner reads the secrets, so no variable holds one. */
export async function systemdUnit({ folder, self, user }: Installed): Promise<string> {
  const unit = await readFile(UNIT, 'utf8')
  const start = [...self, 'serve', '--config', join(folder, 'fedgate.yaml')].map(word).join(' ')
  const isAtHome = [folder, ...self].some((path) => /^\/(home|root|run\/user)\//.test(path))
  const changed = unit
    .replace(/^# A hardened unit\..*\n/, `# Copy it to /etc/systemd/system. ${user} owns the files below ${folder}.\n`)
    .replace(/^ExecStart=.*$/m, () => `ExecStart=${start}`)
    .replace(/^# SESSION_SECRET.*\nEnvironmentFile=.*\n/m, '')
    .replace(/^DynamicUser=yes\n/m, () => `User=${user}\n`)
    .replace(
      /^# \/var\/lib\/fedgate.*\nStateDirectory=.*\nStateDirectoryMode=.*\n/m,
      () => `ReadWritePaths=${join(folder, 'state')}\n`,
    )
  return isAtHome ? changed.replace(/^ProtectHome=yes$/m, 'ProtectHome=read-only') : changed
}

/** Quoted where systemd would take it apart; `%` begins a specifier. systemd.service(5) */
function word(text: string): string {
  const escaped = text.replaceAll('%', '%%')
  return /^[\w./:@%+=-]+$/.test(escaped) ? escaped : `"${escaped.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

/** For the image of the Dockerfile. `port`: the gateway's, published on loopback for a reverse proxy. */
export function composeFile({ port, owner }: { readonly port: number; readonly owner: string }): string {
  return `# Start it with \`docker compose up -d\`. Build the image in a checkout: docker build -t fedgate .
services:
  fedgate:
    image: fedgate
    command: [serve, --config, /etc/fedgate/fedgate.yaml]
    # The owner of these files: the secrets are readable by nobody else.
    user: "${owner}"
    ports:
      - "127.0.0.1:${port}:${port}"
    init: true
    read_only: true
    tmpfs: [/tmp]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    restart: unless-stopped
    volumes:
      - ./:/etc/fedgate:ro
      - ./state:/etc/fedgate/state
`
}
