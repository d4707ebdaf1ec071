/** A store that fails where a test wants it to: before an operation is carried out, after it, or from then on. */
import type { Store } from '../../src/gateway/ports.ts'
import { StoreError } from '../../src/stores/errors.ts'
import type { OpenStore } from '../../src/stores/open.ts'

export const failures = ['before', 'after', 'from then on'] as const
/** `after`: the operation is carried out, and its answer is lost. */
export type Failure = (typeof failures)[number]

export interface FailingStore extends OpenStore {
  /** The n-th operation from now, counted from 1, fails so. */
  failAt(n: number, failure: Failure): void
  /** Nothing fails any more; says whether anything did. */
  mend(): boolean
}

const lost = (): never => {
  throw new StoreError('store.unavailable', { found: 'a failure that a test made', source: 'test' })
}

export const failingStore = (opened: OpenStore): FailingStore => {
  let plan: { readonly n: number; readonly failure: Failure } | undefined
  let seen = 0

  const guarded = async <Result>(operation: () => Promise<Result>): Promise<Result> => {
    if (plan === undefined) return operation()
    seen += 1
    const { n, failure } = plan
    if (seen < n || (seen > n && failure !== 'from then on')) return operation()
    if (failure === 'after') await operation()
    return lost()
  }

  const wrapped = (store: Store): Store => ({
    get remembersSince() {
      return store.remembersSince
    },
    put: (...given) => guarded(() => store.put(...given)),
    admit: (...given) => guarded(() => store.admit(...given)),
    extend: (...given) => guarded(() => store.extend(...given)),
    swap: (...given) => guarded(() => store.swap(...given)),
    get: (...given) => guarded(() => store.get(...given)),
    take: (...given) => guarded(() => store.take(...given)),
    claim: (...given) => guarded(() => store.claim(...given)),
    count: (...given) => guarded(() => store.count(...given)),
    delete: (...given) => guarded(() => store.delete(...given)),
    add: (...given) => guarded(() => store.add(...given)),
    members: (...given) => guarded(() => store.members(...given)),
  })

  return {
    ...opened,
    sealedBy: (secrets) => wrapped(opened.sealedBy(secrets)),
    failAt: (n, failure) => {
      seen = 0
      plan = { n, failure }
    },
    mend: () => {
      const hasFailed = plan !== undefined && seen >= plan.n
      plan = undefined
      return hasFailed
    },
  }
}
