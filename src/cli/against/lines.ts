/** The difference for a terminal. Pure. */
import { plain } from '../user/output.ts'
import type { Difference, RuleChange, SettingChange } from './difference.ts'

const LONGEST = 80

export function differenceLines({ settings, rules }: Difference): readonly string[] {
  if (settings.length === 0 && rules.length === 0) return ['Nothing would change.']
  return [...section('Settings', settings.flatMap(settingLines)), ...section('Access', rules.flatMap(ruleLines))]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)]
}

function settingLines({ setting, before, after, needsRestart }: SettingChange): readonly string[] {
  const how = needsRestart ? ' (needs a restart)' : ''
  return [
    `${setting}${how}`,
    ...(before === undefined ? [] : [`  - ${shown(before)}`]),
    ...(after === undefined ? [] : [`  + ${shown(after)}`]),
  ]
}

function ruleLines({ who, provider, granted, lost }: RuleChange): readonly string[] {
  return [
    `${who} (provider ${provider})`,
    ...lost.map((role) => `  - ${role}`),
    ...granted.map((role) => `  + ${role}`),
  ]
}

function shown(value: unknown): string {
  // A gateway's text must not steer the terminal.
  const text = plain(typeof value === 'string' ? value : JSON.stringify(value))
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
