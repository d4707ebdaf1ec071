import { isObject } from '../core/json.ts'
import type { ConfigIssue } from './issue.ts'
import type { PolicyKind, PolicyProblem, ReadText } from './policies.ts'
import { configSchema, type FileConfig } from './schema.ts'

type MaybeEach<T> = T extends readonly (infer Item)[] ? readonly (Item | undefined)[] : T

/** The lists whose items are validated one by one. */
type ListKey = 'providers' | 'roles' | 'access' | 'operators'

/** The valid parts of the file: invalid parts, and invalid items of lists, are undefined. */
export type PartialConfig = {
  readonly [Key in keyof FileConfig]?: (Key extends ListKey ? MaybeEach<FileConfig[Key]> : FileConfig[Key]) | undefined
}

/** AWS's limits and names, passed in because config/ imports nothing but core. */
export interface AwsFacts {
  /** Everything in a policy document that AWS would refuse. */
  readonly policyProblems: (kind: PolicyKind, json: string) => readonly PolicyProblem[]
  readonly hasFipsEndpoint: (region: string) => boolean
}

/** What a rule can use besides the configuration. */
export interface RuleContext {
  /** Whether the file can be read. The path is as in the configuration. */
  readonly isReadable: (path: string) => boolean
  readonly readText: ReadText
  readonly aws: AwsFacts
  /** The ids of all providers, including invalid ones. */
  readonly providerIds: readonly string[]
}

/** A rule that the schema cannot express. */
export type Rule = (config: PartialConfig, context: RuleContext) => readonly ConfigIssue[]

const lists: Readonly<Record<ListKey, { safeParse(value: unknown): { data?: unknown } }>> = {
  providers: configSchema.shape.providers.element,
  roles: configSchema.shape.roles.unwrap().element,
  access: configSchema.shape.access.unwrap().element,
  operators: configSchema.shape.operators.unwrap().element,
}

/** Validates each part separately, so that the rules can check the valid ones too. */
export function partialConfigOf(values: Readonly<Record<string, unknown>>): PartialConfig {
  return Object.fromEntries(
    Object.entries(configSchema.shape).map(([key, schema]) => {
      const [value, item] = [values[key], isListKey(key) ? lists[key] : undefined]
      if (item && Array.isArray(value)) return [key, value.map((each) => item.safeParse(each).data)]
      return [key, schema.safeParse(value).data]
    }),
  )
}

function isListKey(key: string): key is ListKey {
  return Object.hasOwn(lists, key)
}

/** Visits the valid items, with their index in the list. */
export function forEach<Item>(
  items: readonly (Item | undefined)[] | undefined,
  check: (item: Item, index: number) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return (items ?? []).flatMap((item, index) => (item === undefined ? [] : check(item, index)))
}

/** The ids of all providers, including invalid ones. */
export function providerIdsOf({ providers }: Readonly<Record<string, unknown>>): readonly string[] {
  return (Array.isArray(providers) ? providers : []).flatMap((one: unknown) =>
    isObject(one) && typeof one.id === 'string' ? [one.id] : [],
  )
}
