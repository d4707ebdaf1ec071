/** ListObjectsV2: keys in order, from a place on, by prefix, and grouped at a delimiter. */
import { element, isWritable, type Markup } from '../../../xml/write.ts'
import type { Parameters } from '../../query/parameters.ts'
import { ServiceError } from '../service-error.ts'
import { type Bucket, compare, type StoredObject } from './buckets.ts'

const MOST_KEYS = 1000

type Entry = { readonly at: string; readonly object: StoredObject } | { readonly at: string; readonly prefix: string }

/** The members of ListBucketResult. Throws InvalidArgument. */
export function listObjects({ name, objects }: Bucket, query: Parameters): readonly Markup[] {
  const [prefix, delimiter, encoding] = [
    query.get('prefix') ?? '',
    query.get('delimiter') ?? '',
    query.get('encoding-type'),
  ]
  if (encoding !== undefined && encoding !== 'url')
    throw new ServiceError('InvalidArgument', 400, 'Invalid Encoding Method specified in Request')
  const most = Number(query.get('max-keys') ?? MOST_KEYS)
  if (!Number.isInteger(most) || most < 0)
    throw new ServiceError('InvalidArgument', 400, 'Argument max-keys must be an integer between 0 and 2147483647')
  const token = query.get('continuation-token')
  const after =
    token === undefined ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8')
  const entries = entriesOf([...objects.values()], prefix, delimiter).filter(({ at }) => compare(at, after) > 0)
  const page = entries.slice(0, Math.min(most, MOST_KEYS))
  const isTruncated = most > 0 && entries.length > page.length
  const text = (member: string, value: string): Markup =>
    element(member, {}, encoding === 'url' ? encoded(value) : value)
  if (encoding === undefined && ![prefix, delimiter, after].every(isWritable))
    throw new ServiceError('InvalidArgument', 400, 'Use encoding-type=url for characters that XML cannot represent')
  return [
    element('Name', {}, name),
    text('Prefix', prefix),
    ...(delimiter === '' ? [] : [text('Delimiter', delimiter)]),
    element('MaxKeys', {}, String(Math.min(most, MOST_KEYS))),
    ...(encoding === undefined ? [] : [element('EncodingType', {}, encoding)]),
    element('KeyCount', {}, String(page.length)),
    element('IsTruncated', {}, String(isTruncated)),
    ...(isTruncated ? [element('NextContinuationToken', {}, tokenOf(page))] : []),
    ...page.flatMap((entry) => ('object' in entry ? [contents(entry.object, text)] : [])),
    ...page.flatMap((entry) =>
      'prefix' in entry ? [element('CommonPrefixes', {}, [text('Prefix', entry.prefix)])] : [],
    ),
  ]
}

function tokenOf(page: readonly Entry[]): string {
  return Buffer.from(page.at(-1)?.at ?? '').toString('base64url')
}

/** A common prefix stands at its last key, so a page that ends with it continues after all of them. */
function entriesOf(objects: readonly StoredObject[], prefix: string, delimiter: string): readonly Entry[] {
  const entries = new Map<string, Entry>()
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
    const common = end < 0 ? undefined : object.key.slice(0, end + delimiter.length)
    if (common === undefined) entries.set(`key ${object.key}`, { at: object.key, object })
    else entries.set(`prefix ${common}`, { at: object.key, prefix: common })
  }
  return [...entries.values()].sort((a, b) => compare(a.at, b.at))
}

function contents(
  { key, etag, body, modifiedAt }: StoredObject,
  text: (member: string, value: string) => Markup,
): Markup {
  return element('Contents', {}, [
    text('Key', key),
    element('LastModified', {}, modifiedAt.toISOString()),
    element('ETag', {}, etag),
    element('Size', {}, String(body.length)),
    element('StorageClass', {}, 'STANDARD'),
  ])
}

/** As S3 encodes names: a slash stays. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/')
}
