/** Completion for shells, written from the program itself, so that it knows every command and option it has. */
import type { Command } from 'commander'
import { rolesCalled } from '../../../core/role-names.ts'
import type { Machine } from '../machine.ts'
import type { Role } from '../roles/role.ts'
import { rememberedRoles } from '../roles/roles.ts'
import { chosenGateway } from '../session/settings.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** The hidden command that prints the names of roles, one a line. */
export const NAMES_COMMAND = 'role-names'

/** Prints the script for a shell. */
export function runCompletion(machine: Machine, program: Command, shell: Shell): void {
  const commands = program.commands
    .filter((command) => command.name() !== NAMES_COMMAND)
    .map((command): Completed => ({ name: command.name(), about: command.description(), options: optionsOf(command) }))
  machine.output.printText(scripts[shell](commands))
}

/** Prints the names of the roles as they were last listed, without the network and without errors. */
export async function runRoleNames(machine: Machine): Promise<void> {
  try {
    const roles = await rememberedRoles(machine, await chosenGateway(machine, undefined))
    for (const role of roles) machine.output.print(shortName(role, roles))
  } catch {
    // A shell that completes has no place for an error.
  }
}

/** The alias, or account and role: what means this role alone, and needs no quotes in a shell. */
function shortName({ arn, alias, account, accountName, name }: Role, roles: readonly Role[]): string {
  const names = [alias ?? '', `${accountName}/${name}`, `${account}/${name}`]
  return names.find((one) => /^[\w.@/-]+$/.test(one) && rolesCalled(roles, one).length === 1) ?? arn
}

interface CompletedOption {
  readonly name: string
  readonly about: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

interface Completed {
  readonly name: string
  readonly about: string
  readonly options: readonly CompletedOption[]
}

function optionsOf(command: Command): readonly CompletedOption[] {
  return command.options
    .filter(({ long }) => typeof long === 'string')
    .map(({ long, description, required, optional, argChoices }) => ({
      name: long ?? '',
      about: description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    }))
}

const scripts: Readonly<Record<Shell, (commands: readonly Completed[]) => string>> = { bash, zsh, fish }

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words=${quoted(options.map((one) => one.name).join(' '))} ;;`,
  )
  return `# bash completion for fedgate: source <(fedgate completion bash)
_fedgate() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$current"))
    return
  fi
  case "$previous" in
    --role)
      local IFS=$'\\n'
      COMPREPLY=($(compgen -W "$(fedgate ${NAMES_COMMAND} 2>/dev/null)" -- "$current"))
      return ;;
${choicesOf(commands)
  .map(
    ({ name, choices }) =>
      `    ${name}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$current")); return ;;`,
  )
  .join('\n')}
  esac
  case "$command" in
    completion) words=${quoted(shells.join(' '))} ;;
${cases.filter((line) => !line.startsWith('    completion)')).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words --help" -- "$current"))
}
complete -o default -F _fedgate fedgate
`
}

/** Options with choices, each once: the names are unique among the commands that matter to a user. */
function choicesOf(commands: readonly Completed[]): readonly CompletedOption[] {
  const all = commands.flatMap(({ options }) => options).filter(({ choices }) => choices.length > 0)
  const names = [...new Set(all.map(({ name }) => name))]
  return names.map((name) => {
    const same = all.filter((option) => option.name === name)
    return { name, about: '', takesValue: true, choices: [...new Set(same.flatMap(({ choices }) => choices))] }
  })
}

function zsh(commands: readonly Completed[]): string {
  const described = ({ name, about }: { readonly name: string; readonly about: string }): string =>
    quoted(`${name.replaceAll(':', '\\:')}:${about}`)
  const spec = ({ name, about, takesValue, choices }: CompletedOption): string => {
    const text = about.replaceAll(/[[\]:\\]/g, '\\$&')
    const value =
      name === '--role'
        ? ':role:_fedgate_roles'
        : choices.length > 0
          ? `:value:(${choices.join(' ')})`
          : takesValue
            ? ':value:_files'
            : ''
    return quoted(`${name}[${text}]${value}`)
  }
  const cases = commands.map(({ name, options }) => {
    const rest =
      name === 'completion'
        ? [quoted(`1:shell:(${shells.join(' ')})`)]
        : name === 'exec'
          ? [quoted('*::command:_normal')]
          : []
    const all = [...options.map(spec), ...rest, quoted('--help[show help]')]
    return `    ${name}) _arguments ${all.join(' ')} ;;`
  })
  return `#compdef fedgate
# zsh completion for fedgate: source <(fedgate completion zsh)
_fedgate_roles() {
  local -a roles
  roles=("\${(@f)$(fedgate ${NAMES_COMMAND} 2>/dev/null)}")
  compadd -a roles
}
_fedgate() {
  local -a commands
  commands=(
${commands.map((command) => `    ${described(command)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _fedgate fedgate
`
}

function fish(commands: readonly Completed[]): string {
  const within = (name: string): string => `complete -c fedgate -n '__fish_seen_subcommand_from ${name}'`
  const option = (command: string, { name, about, takesValue, choices }: CompletedOption): string => {
    const values =
      name === '--role'
        ? ` -x -a '(fedgate ${NAMES_COMMAND} 2>/dev/null)'`
        : choices.length > 0
          ? ` -x -a ${fishQuoted(choices.join(' '))}`
          : takesValue
            ? ' -r'
            : ''
    return `${within(command)} -l ${name.slice(2)}${values} -d ${fishQuoted(about)}`
  }
  const lines = commands.flatMap(({ name, about, options }) => [
    `complete -c fedgate -n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(about)}`,
    ...options.map((one) => option(name, one)),
  ])
  return `# fish completion for fedgate: fedgate completion fish | source
${lines.join('\n')}
${within('completion')} -f -a '${shells.join(' ')}'
`
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
