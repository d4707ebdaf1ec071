import type { Complaint } from './problem.ts'
import { configSchema, type FileConfig } from './schema.ts'

type MaybeEach<T> = T extends readonly (infer Item)[] ? readonly (Item | undefined)[] : T

/** The file as far as it fits the schema: what does not is undefined, items of lists in their place. */
export type Draft = { readonly [Key in keyof FileConfig]?: MaybeEach<FileConfig[Key]> | undefined }

/** What a rule may ask of the world. Paths are as in the configuration. */
export interface Files {
  readonly isReadable: (path: string) => boolean
}

/** One thing that the schema cannot say. */
export type Rule = (draft: Draft, files: Files) => readonly Complaint[]

const lists: Readonly<Record<string, { safeParse(value: unknown): { data?: unknown } }>> = {
  providers: configSchema.shape.providers.element,
  roles: configSchema.shape.roles.unwrap().element,
  access: configSchema.shape.access.unwrap().element,
}

/** Reads every part by itself, so that the rules can judge the good ones beside the bad ones. */
export const draftOf = (values: Readonly<Record<string, unknown>>): Draft =>
  Object.fromEntries(
    Object.entries(configSchema.shape).map(([key, schema]) => {
      const [value, item] = [values[key], lists[key]]
      if (item && Array.isArray(value)) return [key, value.map((each) => item.safeParse(each).data)]
      return [key, schema.safeParse(value).data]
    }),
  )

/** Runs over the items that fit the schema, with their place in the list. */
export const forEach = <Item>(
  items: readonly (Item | undefined)[] | undefined,
  check: (item: Item, index: number) => readonly Complaint[],
): readonly Complaint[] => (items ?? []).flatMap((item, index) => (item === undefined ? [] : check(item, index)))
