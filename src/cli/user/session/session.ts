/** A signed-in user at one gateway: tokens that renew themselves, once for all processes of this machine. */
import { UserError } from '../errors.ts'
import type { Machine } from '../machine.ts'
import { discover, requestTokens } from './authorization-server.ts'
import { withLock } from './lock.ts'
import { gatewayFolder } from './places.ts'
import { openVault, type Tokens, type Vault } from './vault.ts'

/** An access token is renewed so many milliseconds before it expires. */
const MARGIN_MS = 30_000

export interface Session {
  readonly gateway: string
  /** Where the tokens are kept, in plain words. */
  place(): string
  /**
   * Tokens whose access token is valid for some time. `refused`: the access token that the gateway no longer accepts.
   * Throws UserError `cli.signed_out` and `cli.session_ended`.
   */
  tokens(refused?: string): Promise<Tokens>
  /** Keeps the tokens of a new sign-in. */
  begin(tokens: Tokens): Promise<void>
  /** Forgets these tokens; not those of a sign-in that came after them. */
  forget(tokens: Tokens): Promise<void>
}

/** Everything that changes the tokens does so under one lock: a renewal must not undo a new sign-in. */
export async function openSession(machine: Machine, gateway: string): Promise<Session> {
  const vault = await openVault(machine, gateway)
  const stored = async (refused: string | undefined): Promise<Tokens | undefined> => {
    const tokens = await vault.read()
    if (tokens === undefined) throw signedOut(gateway)
    const isUsable = tokens.accessToken !== refused && tokens.accessExpiresAt - machine.now() > MARGIN_MS
    return isUsable ? tokens : undefined
  }
  const change = async (work: () => Promise<void>): Promise<void> => {
    await withLock(tokensLock(machine, gateway), nothingYet, async () => {
      await work()
      return true
    })
  }
  return {
    gateway,
    place: () => vault.place,
    tokens: async (refused) =>
      (await stored(refused)) ??
      withLock(
        tokensLock(machine, gateway),
        () => stored(refused),
        () => renew(machine, gateway, vault),
      ),
    begin: (tokens) => change(() => vault.write(tokens)),
    forget: ({ accessToken }) =>
      change(async () => {
        if ((await vault.read())?.accessToken === accessToken) await vault.remove()
      }),
  }
}

function tokensLock(machine: Machine, gateway: string): string {
  return `${gatewayFolder(machine, gateway)}/tokens.lock`
}

async function nothingYet(): Promise<undefined> {
  return undefined
}

/** Under the lock: a refresh token is used once, and a second use would end the login. */
async function renew(machine: Machine, gateway: string, vault: Vault): Promise<Tokens> {
  const tokens = await vault.read()
  if (tokens === undefined) throw signedOut(gateway)
  const server = await discover(gateway)
  const grant = { grant_type: 'refresh_token', refresh_token: tokens.refreshToken }
  const renewed = await requestTokens(server, grant, tokens.key, machine.now)
  if ('error' in renewed) {
    if (renewed.error !== 'invalid_grant')
      throw new UserError('cli.proof_refused', {
        sentence: `The gateway did not renew your session (${renewed.error}).`,
      })
    await vault.remove()
    throw sessionEnded(gateway)
  }
  await vault.write(renewed)
  return renewed
}

/** The sentence names the gateway: a tool that runs fedgate shows it to a user who may have several. */
export function signedOut(gateway: string): UserError {
  return new UserError('cli.signed_out', {
    sentence: `You are not signed in to ${gateway}.`,
    hint: `Run \`fedgate login --gateway ${gateway}\`.`,
  })
}

export function sessionEnded(gateway: string): UserError {
  return new UserError('cli.session_ended', {
    sentence: `Your session at ${gateway} has ended.`,
    hint: `Run \`fedgate login --gateway ${gateway}\`.`,
  })
}
