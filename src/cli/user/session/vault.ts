/** Where the tokens are: in the operating system's keyring where there is one, else in a file of the user's alone. */
import type { JsonWebKey } from 'node:crypto'
import type { Machine } from '../machine.ts'
import { type Keyring, openKeyring } from './keyring.ts'
import { gatewayFolder } from './places.ts'
import { readPrivate, removePrivate, writePrivate } from './private-files.ts'

/** What a sign-in leaves behind. All of it is secret. */
export interface Tokens {
  readonly refreshToken: string
  readonly accessToken: string
  /** Milliseconds since 1970. */
  readonly accessExpiresAt: number
  /** The key that the tokens are bound to, private part included (DPoP, RFC 9449). Missing where they are not bound. */
  readonly key?: JsonWebKey
}

export interface Vault {
  /** undefined: not signed in. */
  read(): Promise<Tokens | undefined>
  write(tokens: Tokens): Promise<void>
  remove(): Promise<void>
  /** In plain words, for the user. */
  readonly place: string
}

/** The vault of one gateway. Throws UserError. */
export async function openVault(machine: Machine, gateway: string, load?: () => Promise<unknown>): Promise<Vault> {
  const file = `${gatewayFolder(machine, gateway)}/tokens.json`
  const keyring = await openKeyring(load)
  return keyring === undefined ? fileVault(file) : keyringVault(keyring, gateway, file)
}

function fileVault(file: string): Vault {
  return {
    place: `in ${file}, which only you can read`,
    read: async () => parse(await readPrivate(file)),
    write: (tokens) => writePrivate(file, `${JSON.stringify(tokens)}\n`),
    remove: () => removePrivate(file),
  }
}

/**
 * A file from before the keyring was there still counts, until the next write moves it. A keyring that is locked or
 * refuses to keep more is no reason to fail: the file takes its place.
 */
function keyringVault(keyring: Keyring, gateway: string, file: string): Vault {
  const inFile = fileVault(file)
  let place = "in your operating system's keyring"
  return {
    get place() {
      return place
    },
    read: async () => (await inFile.read()) ?? parse(await keyring.read(gateway)),
    write: async (tokens) => {
      try {
        await keyring.write(gateway, JSON.stringify(tokens))
        await inFile.remove()
      } catch {
        await inFile.write(tokens)
        place = inFile.place
      }
    },
    remove: async () => {
      await inFile.remove()
      if ((await keyring.read(gateway)) !== undefined) await keyring.remove(gateway)
    },
  }
}

/** What is not as this program writes it does not count: the next sign-in replaces it. */
function parse(text: string | undefined): Tokens | undefined {
  try {
    const tokens = JSON.parse(text ?? 'null') as Tokens | null
    return typeof tokens?.refreshToken === 'string' ? tokens : undefined
  } catch {
    return undefined
  }
}
