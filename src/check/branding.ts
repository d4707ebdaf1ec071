/** Checks on the branding: whether its files can be used, and which shades of its colour pages show. */
import type { Config } from '../config/types.ts'
import { inFull, readableShades } from '../core/colors/shades.ts'
import { type CheckResult, type Checks, failed, passed, runChecks, type Verdict } from '../core/verdict.ts'
import { type CheckPorts, reasonIn } from './ports.ts'

interface Branding {
  readonly color: string | undefined
  /** Why a file cannot be used. */
  readonly problem: string | undefined
}

export const brandingChecks = { brandingFilesAreUsable, colorIsReadable } as const satisfies Checks<Branding>

/** Empty without a branding. */
export async function checkBranding({ branding }: Config, ports: CheckPorts): Promise<Verdict> {
  if (!branding) return []
  const problem = await ports.readBranding(branding).then(() => undefined, reasonIn)
  return runChecks(brandingChecks, { color: branding.color, problem })
}

function brandingFilesAreUsable({ problem }: Branding): CheckResult {
  return problem === undefined ? passed() : failed('a logo and a notice that can be shown', problem, 'branding')
}

/** Never a failure: pages show the nearest shade that can be read. */
function colorIsReadable({ color }: Branding): CheckResult | undefined {
  if (color === undefined) return undefined
  const [light, dark] = [readableShades(color, 'light').accent, readableShades(color, 'dark').accent]
  const changed = [
    ...(light === inFull(color) ? [] : [`${light} in light mode`]),
    ...(dark === inFull(color) ? [] : [`${dark} in dark mode`]),
  ]
  const shown = passed(color, 'branding.color')
  return changed.length === 0
    ? shown
    : { ...shown, found: `${color}, shown as ${changed.join(' and ')} to be readable` }
}
