/** Tokens in the operating system's keyring, through the interface of @napi-rs/keyring, and in a file without one. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Machine } from '../../../src/cli/user/machine.ts'
import { openVault, type Tokens } from '../../../src/cli/user/session/vault.ts'

const GATEWAY = 'https://aws.example.com'
const TOKENS: Tokens = { refreshToken: 'R', accessToken: 'A', accessExpiresAt: 1 }

let home: string
let machine: Machine
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fedgate-keyring-'))
  machine = { env: {}, platform: 'linux', home } as Machine
})
afterEach(() => rm(home, { recursive: true }))

const file = (): string => join(home, '.local/share/fedgate/aws.example.com/tokens.json')

/** The package, as far as it is used. */
const packageWith = (kept: Map<string, string>) => async () => ({
  AsyncEntry: class {
    readonly #name: string
    constructor(service: string, account: string) {
      this.#name = `${service} ${account}`
    }
    async setPassword(password: string) {
      kept.set(this.#name, password)
    }
    async getPassword() {
      return kept.get(this.#name) ?? null
    }
    async deletePassword() {
      return kept.delete(this.#name)
    }
  },
})

const notInstalled = () => Promise.reject(new Error('Cannot find package'))

describe('the tokens', () => {
  it('are in the keyring where there is one, and in no file', async () => {
    const kept = new Map<string, string>()
    const vault = await openVault(machine, GATEWAY, packageWith(kept))
    expect(vault.place).toBe("in your operating system's keyring")
    expect(await vault.read()).toBeUndefined()
    await vault.write(TOKENS)
    expect(await vault.read()).toEqual(TOKENS)
    expect([...kept.keys()]).toEqual([`fedgate ${GATEWAY}`])
    await expect(readFile(file())).rejects.toMatchObject({ code: 'ENOENT' })
    await vault.remove()
    expect(kept.size).toBe(0)
    await vault.remove()
  })

  it.each([
    ['is not installed', notInstalled],
    [
      'has no keyring to talk to',
      async () => ({
        AsyncEntry: class {
          getPassword = () => Promise.reject(new Error('no D-Bus'))
        },
      }),
    ],
  ])('are in a file where the package %s', async (_why, load) => {
    const vault = await openVault(machine, GATEWAY, load)
    expect(vault.place).toBe(`in ${file()}, which only you can read`)
    await vault.write(TOKENS)
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(TOKENS)
    expect(await vault.read()).toEqual(TOKENS)
    await vault.remove()
    expect(await readdir(join(home, '.local/share/fedgate/aws.example.com'))).toEqual([])
  })

  it('are in the file when the keyring refuses them', async () => {
    const refusing = async () => ({
      AsyncEntry: class {
        getPassword = () => Promise.resolve(null)
        setPassword = () => Promise.reject(new Error('AccessDenied'))
      },
    })
    const vault = await openVault(machine, GATEWAY, refusing)
    await vault.write(TOKENS)
    expect(vault.place).toContain(file())
    expect(await vault.read()).toEqual(TOKENS)
  })

  it('are not taken for missing while the keyring is locked', async () => {
    let isLocked = false
    const locking = async () => ({
      AsyncEntry: class {
        getPassword = () => (isLocked ? Promise.reject(new Error('locked')) : Promise.resolve(null))
      },
    })
    const vault = await openVault(machine, GATEWAY, locking)
    isLocked = true
    await expect(vault.read()).rejects.toMatchObject({ code: 'cli.keyring_unreadable', exitCode: 1 })
  })

  it('move from the file to the keyring when it is installed later, and both are wiped', async () => {
    await (await openVault(machine, GATEWAY, notInstalled)).write(TOKENS)
    const vault = await openVault(machine, GATEWAY, packageWith(new Map()))
    expect(await vault.read()).toEqual(TOKENS)
    await vault.write({ ...TOKENS, refreshToken: 'R2' })
    await expect(readFile(file())).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await vault.read()).toMatchObject({ refreshToken: 'R2' })
    await vault.remove()
    expect(await vault.read()).toBeUndefined()
  })
})
