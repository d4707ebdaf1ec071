import { join } from 'node:path'
/** Where sessions are stored: `session.store` in all its forms. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import { changed, parse, problemsOf } from './sample.ts'

const files = { '/etc/fedgate/ca.crt': 'a certificate' }

const withStore = (store: string): string => changed('  idle: 30m\n', `  idle: 30m\n  store: ${store}\n`)

const storeOf = (store: string, env = {}) => parse(withStore(store), { files, env }).session.store

/** What is wrong, without the place. */
const complaints = (store: string): readonly string[] =>
  problemsOf(withStore(store), { files }).map((line) => line.replace(/^\d+:\d+ /, ''))

const node = (host: string, port: number, database = 0) => ({ kind: 'node', host, port, database })

describe('session.store', () => {
  it.each([
    ['memory', { kind: 'memory' }],
    ['file', { kind: 'file', folder: '/etc/fedgate/state/store' }],
    ['redis://127.0.0.1', { kind: 'redis', servers: node('127.0.0.1', 6379), tls: false }],
    ['rediss://redis.example.com:6380/2', { kind: 'redis', servers: node('redis.example.com', 6380, 2), tls: true }],
    ['redis://[::1]:7000', { kind: 'redis', servers: node('::1', 7000), tls: false }],
    [
      'redis://user:p%2Fw%40d@redis.example.com',
      {
        kind: 'redis',
        servers: node('redis.example.com', 6379),
        tls: false,
        username: 'user',
        password: new Secret('p/w@d'),
      },
    ],
    [
      '{ url: "rediss://redis.example.com", username: fedgate, password: p/w, ca: ./ca.crt }',
      {
        kind: 'redis',
        servers: node('redis.example.com', 6379),
        tls: true,
        username: 'fedgate',
        password: new Secret('p/w'),
        ca: '/etc/fedgate/ca.crt',
      },
    ],
    [
      '{ cluster: ["rediss://a:7001", "rediss://b"], password: secret }',
      {
        kind: 'redis',
        servers: {
          kind: 'cluster',
          nodes: [
            { host: 'a', port: 7001 },
            { host: 'b', port: 6379 },
          ],
        },
        tls: true,
        password: new Secret('secret'),
      },
    ],
    [
      '{ sentinel: { name: main, nodes: ["s1:26379", s2, "[::1]:5"], password: other }, password: secret, ca: ca.crt }',
      {
        kind: 'redis',
        servers: {
          kind: 'sentinel',
          name: 'main',
          nodes: [
            { host: 's1', port: 26_379 },
            { host: 's2', port: 26_379 },
            { host: '::1', port: 5 },
          ],
          password: new Secret('other'),
        },
        tls: true,
        password: new Secret('secret'),
        ca: '/etc/fedgate/ca.crt',
      },
    ],
  ])('accepts %s', (text, expected) => {
    expect(storeOf(text)).toEqual(expected)
    expect(inspect(storeOf(text), { depth: 9 })).not.toMatch(/'(p\/w@?d?|secret|other)'/)
  })

  it('decodes user and password of a URL', () => {
    const store = storeOf('redis://us%C3%A9r:p%2Fw%40d@a')
    expect(store.kind === 'redis' && [store.username, store.password?.reveal()]).toEqual(['usér', 'p/w@d'])
  })

  it('reads a password from the environment', () => {
    const store = storeOf(`{ url: "redis://a", password: "\${REDIS_PASSWORD}" }`, { REDIS_PASSWORD: 'hunter2' })
    expect(store.kind === 'redis' && store.password?.reveal()).toBe('hunter2')
  })

  it('is in files where the configuration says nothing', () => {
    const { session, folder } = parse(changed('  idle: 30m\n', ''))
    expect(session.store).toEqual({ kind: 'file', folder: join(folder, 'state/store') })
  })

  it('is in files under stateDir', () => {
    const { session, stateFolder } = parse(changed('baseUrl:', 'stateDir: /srv/fedgate\nbaseUrl:'))
    expect([stateFolder, session.store]).toEqual(['/srv/fedgate', { kind: 'file', folder: '/srv/fedgate/store' }])
  })

  const URL = 'a URL such as redis://127.0.0.1:6379 or rediss://redis.example.com:6380/0'

  it.each([
    ['memori', `session.store: expected memory, file, or ${URL}, found "memori"; did you mean memory?`],
    ['redsi://a', `session.store: expected memory, file, or ${URL}, found "redsi://a"; did you mean redis://…?`],
    ['http://a', `session.store: expected memory, file, or ${URL}, found "http://a"`],
    ['redis://a/sessions', `session.store: expected memory, file, or ${URL}, found "redis://a/sessions"`],
    ['{ url: "redis:a" }', `session.store.url: expected ${URL}, found "redis:a"`],
    ['{ password: x }', 'session.store: expected one of url, cluster, sentinel, found none of them'],
    [
      '{ url: "redis://a", cluster: ["redis://b"] }',
      'session.store: expected one of url, cluster, sentinel, found url and cluster',
    ],
    [
      '{ clutser: ["redis://b"] }',
      'session.store.clutser: expected a key of session.store, found "clutser"; did you mean cluster?',
    ],
    [
      '{ url: "redis://u:p@a", password: x }',
      'session.store.url: expected user and password either in the URL or beside it, found both',
    ],
    ['{ cluster: [] }', 'session.store.cluster: expected at least one URL, found an empty list'],
    [
      '{ cluster: ["redis://a", "rediss://b"] }',
      'session.store.cluster[1]: expected the same scheme as in the first URL, found "rediss://b"',
    ],
    [
      '{ cluster: ["redis://a/1"] }',
      'session.store.cluster[0]: expected a URL such as redis://127.0.0.1:6379, without a database, found "redis://a/1"',
    ],
    [
      '{ sentinel: { name: main, nodes: ["redis://s1"] } }',
      'session.store.sentinel.nodes[0]: expected the host and port of a sentinel, such as sentinel-1:26379, found "redis://s1"',
    ],
    ['{ sentinel: { nodes: [s1] } }', 'session.store.sentinel.name: expected the name of the master, found nothing'],
    ['{ url: "rediss://a", ca: ./no.crt }', 'session.store.ca: expected a readable file, found "./no.crt"'],
    [
      '{ url: "redis://a", ca: ./ca.crt }',
      'session.store.ca: expected a CA only with TLS (rediss://, or tls: true for sentinel), found "./ca.crt"',
    ],
    ['{ url: "redis://a", tls: true }', 'session.store.tls: expected rediss:// in the URL instead, found true'],
  ])('refuses %s', (text, complaint) => {
    expect(complaints(text)).toEqual([complaint])
  })

  it.each([
    'reds://user:hunter2@a',
    'redis://user:hunter2@a/x',
    'redis://:hunt/hunter2@a',
    '{ cluster: ["redis://user:hunter2@a"] }',
    '{ url: "redis://user:hunter2@", password: hunter2 }',
    '{ url: "redis://a", password: [hunter2] }',
  ])('does not show the password of %s', (text) => {
    const found = complaints(text)
    expect(found).not.toEqual([])
    expect(found.join()).not.toContain('hunter2')
  })

  it('shows no password that is a number without quotes', () => {
    expect(complaints('{ url: "redis://a", password: 4711 }')).toEqual([
      'session.store.password: expected a password (in quotes), found a number',
    ])
  })
})
