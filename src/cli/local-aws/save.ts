/** `--save`: keeps the state file up to date with what calls change. */
import { writeWhole } from '../../issuer/keys.ts'
import { stateYaml } from '../../local-aws/state/write-file.ts'
import type { LocalAwsState } from '../../local-aws/state.ts'

export interface StateSaver {
  /** After a change: the file is written soon. */
  changed(): void
  /** Resolves when the last change is in the file. */
  finish(): Promise<void>
}

/** A change is in the file this many milliseconds later, together with those that follow it at once. */
const DELAY_MS = 200

/** Writes the file as a whole, readable only by its owner, as it contains secrets. */
export function stateSaver(file: string, written: () => LocalAwsState, note: (line: string) => void): StateSaver {
  let waiting: NodeJS.Timeout | undefined
  let isChanged = false
  let writing: Promise<void> = Promise.resolve()
  const write = (): void => {
    isChanged = false
    writing = writing
      .then(() => writeWhole(file, stateYaml(written()), 0o600))
      .catch((error: unknown) =>
        note(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`),
      )
  }
  return {
    changed: () => {
      isChanged = true
      waiting ??= setTimeout(() => {
        waiting = undefined
        write()
      }, DELAY_MS)
    },
    finish: async () => {
      clearTimeout(waiting)
      if (isChanged) write()
      await writing
    },
  }
}

const LISTS = ['roles', 'samlProviders', 'oidcProviders'] as const

/**
 * Without what the configuration itself makes at each start, as long as no call changed it: it must follow the
 * configuration. `file`: the state file as it was read; `first`: the state as it was before the first call.
 */
export function withoutGenerated(
  now: LocalAwsState,
  { file, first }: { readonly file: LocalAwsState; readonly first: LocalAwsState },
): LocalAwsState {
  const kept = LISTS.map((list) => {
    const written = new Set(file[list].map(({ arn }) => arn))
    const before = new Map(first[list].map((item) => [item.arn, JSON.stringify(item)]))
    const items: readonly { readonly arn: string }[] = now[list]
    return [list, items.filter((item) => written.has(item.arn) || before.get(item.arn) !== JSON.stringify(item))]
  })
  return { ...file, ...pick(now), ...Object.fromEntries(kept) }
}

function pick({ buckets, instances }: LocalAwsState) {
  return { buckets, instances }
}
