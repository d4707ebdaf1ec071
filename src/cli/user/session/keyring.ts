import { UserError } from '../errors.ts'

/** What is used of `@napi-rs/keyring`, an optional dependency: the program of one file has it where it is installed beside. */
interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    user: string,
    options: { readonly linux: { readonly store: 'secret-service' } },
  ) => {
    setPassword(password: string): Promise<unknown>
    getPassword(): Promise<string | null | undefined>
    deletePassword(): Promise<unknown>
  }
}

/** The operating system's keyring. `read` throws UserError `cli.keyring_unreadable` where it is locked. */
export interface Keyring {
  read(account: string): Promise<string | undefined>
  write(account: string, secret: string): Promise<void>
  remove(account: string): Promise<void>
}

const SERVICE = 'fedgate'

/** undefined where the package is not installed beside this program, or has no keyring to talk to. */
export async function openKeyring(
  load: () => Promise<unknown> = () => import('@napi-rs/keyring'),
): Promise<Keyring | undefined> {
  try {
    const { AsyncEntry } = (await load()) as KeyringModule
    // On Linux the desktop's: the kernel's own forgets everything with the last process of the user.
    const entry = (account: string) => new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } })
    // A machine without a desktop has the package but no keyring: the first call tells.
    await entry('probe').getPassword()
    return {
      read: async (account) => (await entry(account).getPassword().catch(locked)) ?? undefined,
      write: async (account, secret) => void (await entry(account).setPassword(secret)),
      remove: async (account) => void (await entry(account).deletePassword()),
    }
  } catch {
    return undefined
  }
}

function locked(cause: unknown): never {
  throw new UserError('cli.keyring_unreadable', { cause })
}
