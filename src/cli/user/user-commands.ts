/** What each of the user's commands does, loaded when it runs. */
import { homedir } from 'node:os'
import type { Command } from 'commander'
import type { Shell } from './commands/completion.ts'
import type { ConsoleOptions } from './commands/console.ts'
import type { CredentialProcessOptions } from './commands/credential-process.ts'
import type { CredentialsOptions } from './commands/credentials.ts'
import type { DoctorOptions } from './commands/doctor.ts'
import type { ExecOptions } from './commands/exec.ts'
import type { LoginOptions } from './commands/login.ts'
import type { LogoutOptions } from './commands/logout.ts'
import type { ProfilesOptions } from './commands/profiles.ts'
import type { RolesOptions } from './commands/roles.ts'
import type { WhoamiOptions } from './commands/whoami.ts'
import type { Machine } from './machine.ts'
import type { Output } from './output.ts'
import { selfCommand } from './self.ts'

export type CompletionShell = Shell

export interface UserCommands {
  login(options: LoginOptions): Promise<void>
  logout(options: LogoutOptions): Promise<void>
  whoami(options: WhoamiOptions): Promise<void>
  roles(options: RolesOptions): Promise<void>
  credentials(options: CredentialsOptions): Promise<void>
  credentialProcess(options: CredentialProcessOptions): Promise<void>
  exec(options: ExecOptions, command: readonly string[]): Promise<void>
  console(options: ConsoleOptions): Promise<void>
  profiles(options: ProfilesOptions): Promise<void>
  doctor(options: DoctorOptions): Promise<void>
  completion(program: Command, shell: Shell): Promise<void>
  roleNames(): Promise<void>
}

export function userCommands(output: Output): UserCommands {
  const machine = thisMachine(output)
  return {
    login: async (options) => (await import('./commands/login.ts')).runLogin(machine, options),
    logout: async (options) => (await import('./commands/logout.ts')).runLogout(machine, options),
    whoami: async (options) => (await import('./commands/whoami.ts')).runWhoami(machine, options),
    roles: async (options) => (await import('./commands/roles.ts')).runRoles(machine, options),
    credentials: async (options) => (await import('./commands/credentials.ts')).runCredentials(machine, options),
    credentialProcess: async (options) =>
      (await import('./commands/credential-process.ts')).runCredentialProcess(machine, options),
    exec: async (options, command) => (await import('./commands/exec.ts')).runExec(machine, options, command),
    console: async (options) => (await import('./commands/console.ts')).runConsole(machine, options),
    profiles: async (options) => (await import('./commands/profiles.ts')).runProfiles(machine, options),
    doctor: async (options) => (await import('./commands/doctor.ts')).runDoctor(machine, options),
    completion: async (program, shell) =>
      (await import('./commands/completion.ts')).runCompletion(machine, program, shell),
    roleNames: async () => (await import('./commands/completion.ts')).runRoleNames(machine),
  }
}

/** With the variables, home folder and terminal of this process. */
export function thisMachine(output: Output): Machine {
  return {
    env: process.env,
    platform: process.platform,
    home: homedir(),
    output,
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    self: selfCommand(),
    now: Date.now,
  }
}
