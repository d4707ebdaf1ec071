/**
 * Which requirements (docs/security-requirements.md) and which facts about AWS (test/local-aws/facts.ts) a test holds:
 * `it('refuses a used answer', holds('5.3'), …)`. It goes with `describe` too and counts for each test in it, unless the
 * test names its own. An unknown id does not compile.
 *
 * test/reporter.ts compares what the tests of a run hold with held.json; `npx vitest run <files> -u` records it there.
 */
import { it } from 'vitest'
import type { FactId } from '../local-aws/facts.ts'
import type { RequirementId } from './requirements.ts'

type HeldId = RequirementId | FactId

declare module 'vitest' {
  interface TaskMeta {
    holds?: readonly HeldId[]
  }
}

/** The options of a test or a suite that holds these requirements and facts. */
export function holds(...ids: readonly HeldId[]): { readonly meta: { readonly holds: readonly HeldId[] } } {
  return { meta: { holds: ids } }
}

/** The name of a row of `itEach`, with what the test of that row holds. */
export interface HoldingName {
  readonly name: string
  readonly ids: readonly HeldId[]
}

export function row(name: string, ...ids: readonly HeldId[]): HoldingName {
  return { name, ids }
}

/**
 * `it.each` for a table whose rows hold different things. Each row begins with its name or with `row(name, ids)`; `%s` in the
 * title is the name, then the other cells.
 */
export function itEach<Cells extends readonly unknown[]>(
  rows: readonly (readonly [name: string | HoldingName, ...cells: Cells])[],
) {
  return (title: string, test: (name: string, ...cells: Cells) => unknown): void => {
    for (const [first, ...cells] of rows) {
      const { name, ids } = typeof first === 'string' ? { name: first, ids: [] } : first
      const texts = [name, ...cells].values()
      const filled = title.replaceAll('%s', () => String(texts.next().value))
      it(filled, holds(...ids), () => test(name, ...cells))
    }
  }
}
