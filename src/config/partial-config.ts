import type { ConfigIssue } from './issue.ts'
import type { PolicyKind, PolicyProblem, ReadText } from './policies.ts'
import { configSchema, type FileConfig } from './schema.ts'

type MaybeEach<T> = T extends readonly (infer Item)[] ? readonly (Item | undefined)[] : T

/** The lists whose items are read one by one. */
type ListKey = 'providers' | 'roles' | 'access' | 'operators'

/** The file as far as it fits the schema: what does not is undefined, items of lists in their place. */
export type PartialConfig = {
  readonly [Key in keyof FileConfig]?: (Key extends ListKey ? MaybeEach<FileConfig[Key]> : FileConfig[Key]) | undefined
}

/** What is known of AWS, to whoever reads a configuration: nothing of it is known here. */
export interface AwsFacts {
  /** Everything that AWS would refuse in a policy document. */
  readonly policyProblems: (kind: PolicyKind, json: string) => readonly PolicyProblem[]
  readonly hasFipsEndpoint: (region: string) => boolean
}

/** What a rule may ask beside the draft. */
export interface RuleContext {
  /** Whether the file can be read. The path is as in the configuration. */
  readonly isReadable: (path: string) => boolean
  readonly readText: ReadText
  readonly aws: AwsFacts
  /** The ids of all providers, also of those that do not fit the schema. */
  readonly providerIds: readonly string[]
}

/** One thing that the schema cannot say. */
export type Rule = (draft: PartialConfig, facts: RuleContext) => readonly ConfigIssue[]

const lists: Readonly<Record<ListKey, { safeParse(value: unknown): { data?: unknown } }>> = {
  providers: configSchema.shape.providers.element,
  roles: configSchema.shape.roles.unwrap().element,
  access: configSchema.shape.access.unwrap().element,
  operators: configSchema.shape.operators.unwrap().element,
}

/** Reads every part by itself, so that the rules can judge the good ones beside the bad ones. */
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

/** Runs over the items that fit the schema, with their place in the list. */
export function forEach<Item>(
  items: readonly (Item | undefined)[] | undefined,
  check: (item: Item, index: number) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return (items ?? []).flatMap((item, index) => (item === undefined ? [] : check(item, index)))
}

/** The ids that the file gives its providers, whatever else is wrong with them. */
export function providerIdsOf({ providers }: Readonly<Record<string, unknown>>): readonly string[] {
  return (Array.isArray(providers) ? providers : []).flatMap((one: unknown) =>
    isRecord(one) && typeof one.id === 'string' ? [one.id] : [],
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
