/**
 * A response of the Query protocol as JSON, as AWS sends it for `Accept: application/json`: the same nesting, lists
 * without their `member`, timestamps in seconds since 1970, numbers and booleans as such. The service models define
 * which members those are: names suffice, and a test compares them with the models.
 */
import { parseXml } from '../../xml/parse.ts'
import type { XmlElement } from '../../xml/tree.ts'

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json }

/** The members of responses that are not texts, by type. An empty element would not show its type. */
export const jsonTypes = {
  timestamp: new Set(['CreateDate', 'Expiration', 'LastUsedDate', 'Timestamp', 'UpdateDate', 'ValidUntil']),
  integer: new Set([
    'AttachmentCount',
    'MaxSessionDuration',
    'PackedPolicySize',
    'PermissionsBoundaryUsageCount',
    'SessionTokenSize',
    'SessionTokenUtilization',
  ]),
  boolean: new Set(['IsAttachable', 'IsDefaultVersion', 'IsTruncated', 'JwtVendingEnabled']),
  list: new Set([
    'AccessKeyMetadata',
    'AccountAliases',
    'AttachedManagedPolicies',
    'AttachedPolicies',
    'ClientIDList',
    'EnabledFeatures',
    'GroupDetailList',
    'GroupList',
    'GroupPolicyList',
    'InstanceProfileList',
    'InstanceProfiles',
    'OpenIDConnectProviderList',
    'Policies',
    'PolicyNames',
    'PolicyVersionList',
    'PrivateKeyList',
    'RoleDetailList',
    'RolePolicyList',
    'Roles',
    'SAMLProviderList',
    'Tags',
    'ThumbprintList',
    'UserDetailList',
    'UserPolicyList',
    'Versions',
  ]),
  structure: new Set(['RoleLastUsed']),
  /** Of numbers. */
  map: new Set(['SummaryMap']),
} as const satisfies Readonly<Record<string, ReadonlySet<string>>>

/** Our own text: it may contain metadata of ten million characters, escaped. */
const LIMITS = {
  characters: 128 * 1024 * 1024,
  depth: 20,
  elements: 1_000_000,
  attributesPerElement: 10,
  attributes: 100,
}

/** `xml`: a whole response in the Query protocol's XML. */
export function jsonOf(xml: string): Json {
  const root = parseXml(xml, LIMITS)
  // An error has no envelope.
  return root.local === 'ErrorResponse' ? jsonValue(root) : { [root.local]: jsonValue(root) }
}

/** `<entry><key>Users</key><value>2</value></entry>` */
function numberEntry({ children }: XmlElement): readonly [string, number] {
  const [key = '', value = ''] = children.flatMap((child) =>
    typeof child === 'string' ? [] : [child.children.join('')],
  )
  return [key, Number(value)]
}

function jsonValue({ local, children }: XmlElement): Json {
  const elements = children.filter((child) => typeof child !== 'string')
  if (jsonTypes.list.has(local)) return elements.map(jsonValue)
  if (jsonTypes.map.has(local)) return Object.fromEntries(elements.map(numberEntry))
  if (elements.length > 0 || jsonTypes.structure.has(local) || local.endsWith('Result'))
    return Object.fromEntries(elements.map((child) => [child.local, jsonValue(child)]))
  const text = children.join('')
  if (jsonTypes.timestamp.has(local)) return Date.parse(text) / 1000
  if (jsonTypes.integer.has(local)) return Number(text)
  return jsonTypes.boolean.has(local) ? text === 'true' : text
}
