/** What IAM's responses share. */
import { element, type Markup } from '../../xml/write.ts'
import type { Parameters } from '../query/parameters.ts'
import type { Tags } from '../state.ts'
import { refusals } from './texts.ts'

interface Page<Item> {
  readonly items: readonly Item[]
  /** `IsTruncated`, and the `Marker` of the next page. */
  readonly members: readonly (Markup | undefined)[]
}

const DEFAULT_PAGE = 100

export function memberList(name: string, members: readonly (string | readonly (Markup | undefined)[])[]): Markup {
  return element(
    name,
    {},
    members.map((member) => element('member', {}, member)),
  )
}

/** Sorted by key. */
export function tagList(tags: Tags): Markup {
  return memberList(
    'Tags',
    [...tags]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [element('Key', {}, key), element('Value', {}, value)]),
  )
}

/** The items after the Marker, in the order of their keys, at most MaxItems. */
export function page<Item>(items: readonly Item[], keyOf: (item: Item) => string, parameters: Parameters): Page<Item> {
  const marker = parameters.get('Marker')
  const after = marker === undefined ? '' : keyOfMarker(marker)
  const most = Number(parameters.get('MaxItems') ?? DEFAULT_PAGE)
  const left = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).filter((item) => keyOf(item) > after)
  const shown = left.slice(0, most)
  const last = shown.at(-1)
  const isTruncated = left.length > shown.length && last !== undefined
  return {
    items: shown,
    members: [
      element('IsTruncated', {}, String(isTruncated)),
      isTruncated ? element('Marker', {}, Buffer.from(keyOf(last)).toString('base64url')) : undefined,
    ],
  }
}

function keyOfMarker(marker: string): string {
  const key = Buffer.from(marker, 'base64url')
  if (key.toString('base64url') !== marker) throw refusals.markerInvalid()
  return key.toString('utf8')
}
