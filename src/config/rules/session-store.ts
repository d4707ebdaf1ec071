/** Rules about `session.store`. A password is never shown. */
import { nearest } from '../../core/text/suggest.ts'
import { type ConfigIssue, type Path, showValue } from '../issue.ts'
import type { Rule, RuleContext } from '../partial-config.ts'
import { parseRedisUrl, parseSentinelAddress } from '../redis-url.ts'
import type { FileConfig } from '../schema.ts'
import { readableFile } from './deployment.ts'

type FileRedis = Exclude<FileConfig['session']['store'], string>

const STORE: Path = ['session', 'store']
const WORDS = ['memory', 'file']
const FORMS = ['url', 'cluster', 'sentinel'] as const
const URL_EXPECTED = 'a URL such as redis://127.0.0.1:6379 or rediss://redis.example.com:6380/0'

const sessionStoreExists: Rule = ({ session }, context) => {
  if (!session) return []
  const { store } = session
  if (typeof store !== 'string') return redisIssues(store, context)
  if (WORDS.includes(store) || parseRedisUrl(store)) return []
  const suggestion = nearest(store, WORDS) ?? schemeMeant(store)
  const issue = { path: STORE, expected: `memory, file, or ${URL_EXPECTED}`, found: showValue(store) }
  return [suggestion === undefined ? issue : { ...issue, suggestion }]
}

export const sessionStoreRules = { sessionStoreExists } as const satisfies Readonly<Record<string, Rule>>

/** For a URL with a mistyped scheme. */
function schemeMeant(text: string): string | undefined {
  const [, scheme] = /^([\w+.-]+):\/\//.exec(text) ?? []
  const meant = scheme === undefined ? undefined : nearest(scheme, ['redis', 'rediss'])
  return meant === undefined || meant === scheme ? undefined : `${meant}://…`
}

function redisIssues(store: FileRedis, context: RuleContext): readonly ConfigIssue[] {
  const forms = FORMS.filter((form) => store[form] !== undefined)
  if (forms.length !== 1)
    return [{ path: STORE, expected: `one of ${FORMS.join(', ')}`, found: forms.join(' and ') || 'none of them' }]
  return [
    ...(store.url === undefined ? [] : urlIssues([...STORE, 'url'], store.url, store)),
    ...clusterIssues(store.cluster ?? []),
    ...sentinelIssues(store.sentinel?.nodes ?? []),
    ...tlsIssues(store),
    ...(store.ca === undefined ? [] : readableFile([...STORE, 'ca'], store.ca, context)),
  ]
}

function urlIssues(path: Path, text: string, { username, password }: FileRedis): readonly ConfigIssue[] {
  const url = parseRedisUrl(text)
  if (!url) return [{ path, expected: URL_EXPECTED, found: showValue(text) }]
  const isTwice = (url.username !== undefined && username !== undefined) || (url.password && password) !== undefined
  return isTwice ? [{ path, expected: 'user and password either in the URL or beside it', found: 'both' }] : []
}

function clusterIssues(urls: readonly string[]): readonly ConfigIssue[] {
  const [first] = urls.map(parseRedisUrl)
  return urls.flatMap((text, index) => {
    const path = [...STORE, 'cluster', index]
    const url = parseRedisUrl(text)
    if (url?.database !== 0)
      return [{ path, expected: 'a URL such as redis://127.0.0.1:6379, without a database', found: showValue(text) }]
    if (url.username !== undefined || url.password !== undefined)
      return [{ path, expected: 'a URL without user and password: set them beside cluster', found: showValue(text) }]
    return first && url.tls !== first.tls
      ? [{ path, expected: 'the same scheme as in the first URL', found: showValue(text) }]
      : []
  })
}

function sentinelIssues(nodes: readonly string[]): readonly ConfigIssue[] {
  return nodes.flatMap((text, index) =>
    parseSentinelAddress(text)
      ? []
      : [
          {
            path: [...STORE, 'sentinel', 'nodes', index],
            expected: 'the host and port of a sentinel, such as sentinel-1:26379',
            found: showValue(text),
          },
        ],
  )
}

/** TLS is said in one place, and a CA without it would protect nothing. */
function tlsIssues({ url, cluster, sentinel, tls, ca }: FileRedis): readonly ConfigIssue[] {
  const [text] = [url ?? cluster ?? []].flat()
  if (sentinel === undefined && tls !== undefined)
    return [{ path: [...STORE, 'tls'], expected: 'rediss:// in the URL instead', found: String(tls) }]
  const isPlain = sentinel === undefined ? text?.startsWith('redis:') : tls === false
  return isPlain && ca !== undefined
    ? [
        {
          path: [...STORE, 'ca'],
          expected: 'a CA only with TLS (rediss://, or tls: true for sentinel)',
          found: showValue(ca),
        },
      ]
    : []
}
