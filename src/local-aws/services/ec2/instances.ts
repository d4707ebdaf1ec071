/** The instances, in memory: they start and stop at once, and do nothing. */
import { randomBytes } from 'node:crypto'
import type { Tags } from '../../state.ts'

export type InstanceStateName = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated'

/** EC2's number of each state. */
export const stateCodes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const satisfies Record<InstanceStateName, number>

export interface Instance {
  /** `i-` and 17 hex digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly imageId: string
  /** `t3.micro` */
  readonly type: string
  readonly state: 'running' | 'stopped' | 'terminated'
  readonly tags: Tags
  readonly launchedAt: Date
}

/** An instance as the state file has it. */
export interface InstanceState {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly imageId?: string | undefined
  readonly type?: string | undefined
  readonly state?: Instance['state'] | undefined
  readonly tags?: Readonly<Record<string, string>> | undefined
}

export interface InstanceStore {
  /** Of that account and region, in the order in which they were started. */
  in(account: string, region: string): readonly Instance[]
  put(instance: Instance): void
  /** As the state file has them. Terminated ones are left out. */
  written(): readonly InstanceState[]
}

export const DEFAULT_TYPE = 'm1.small'
const MOST_TERMINATED = 100
const SOME_IMAGE = 'ami-0abcdef1234567890'

/** `changed` is called after each change. */
export function createInstanceStore(state: readonly InstanceState[], now: Date, changed: () => void): InstanceStore {
  const instances = new Map<string, Instance>(state.map((one) => [one.id, opened(one, now)]))
  return {
    in: (account, region) => [...instances.values()].filter((one) => one.account === account && one.region === region),
    put: (instance) => {
      instances.set(instance.id, instance)
      // EC2 shows terminated ones for about an hour; here until there are too many.
      const gone = [...instances.values()].filter(({ state }) => state === 'terminated')
      for (const { id } of gone.slice(0, Math.max(0, gone.length - MOST_TERMINATED))) instances.delete(id)
      changed()
    },
    written: () => [...instances.values()].filter(({ state }) => state !== 'terminated').map(writtenInstance),
  }
}

function opened({ tags = {}, imageId = SOME_IMAGE, type = DEFAULT_TYPE, ...one }: InstanceState, now: Date): Instance {
  return { ...one, imageId, type, state: one.state ?? 'running', tags: new Map(Object.entries(tags)), launchedAt: now }
}

function writtenInstance({ launchedAt: _, tags, ...instance }: Instance): InstanceState {
  return { ...instance, ...(tags.size === 0 ? {} : { tags: Object.fromEntries(tags) }) }
}

export function newInstanceId(): string {
  return `i-${randomBytes(9).toString('hex').slice(0, 17)}`
}
