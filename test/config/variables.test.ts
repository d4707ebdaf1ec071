import { describe, expect, it } from 'vitest'
import { changed, parse, problemsOf } from './sample.ts'

/** A reference as the file has it: `${NAME}`. */
const ref = (name: string): string => `\${${name}}`

describe('a variable', () => {
  const secret = 'secret: 0123456789abcdef0123456789abcdef'
  const long = 's'.repeat(40)
  const secretOf = (written: string, env: Record<string, string>, files: Record<string, string> = {}) =>
    parse(changed(secret, `secret: ${written}`), { env, files }).session.secrets[0].reveal()

  it('a variable is read from the environment', () => {
    expect(secretOf(ref('SESSION_SECRET'), { SESSION_SECRET: long })).toBe(long)
    expect(secretOf(`a${ref('B')}c${ref('D')}`, { B: long, D: 'd' })).toBe(`a${long}cd`)
  })

  it('a variable is read from a file beside the configuration, without its last line end', () => {
    expect(secretOf(ref('file:secret.txt'), {}, { '/etc/fedgate/secret.txt': `${long}\n` })).toBe(long)
    expect(secretOf(ref('file:/run/secret'), {}, { '/run/secret': `${long}\n\n` })).toBe(`${long}\n`)
  })

  it('a variable is text as it is: YAML and further variables in it mean nothing', () => {
    const tricky = `${'x'.repeat(32)}: [\${HOME} # $& $1`
    expect(secretOf(ref('S'), { S: tricky, HOME: 'h' })).toBe(tricky)
  })

  it('a variable stays when it looks like a policy variable, and when it is escaped', () => {
    expect(secretOf(`\${aws:username}${long}`, {})).toBe(`\${aws:username}${long}`)
    expect(secretOf(`$\${NAME}${long}`, { NAME: 'x' })).toBe(`\${NAME}${long}`)
  })

  it('a variable that reads as a number is one where a number belongs', () => {
    const text = changed('listen: { host: 127.0.0.1, port: 8080 }', `listen:\n  port: ${ref('PORT')}`)
    expect(parse(text, { env: { PORT: '9000' } }).listen.port).toBe(9000)
    expect(problemsOf(text, { env: { PORT: 'x' } })).toEqual([
      `3:9 listen.port: expected a port from 0 to 65535, found the value of ${ref('PORT')}`,
    ])
  })

  it('a variable that reads as a number is text where text belongs', () => {
    expect(parse(changed('client-1', ref('ID')), { env: { ID: '0123' } }).providers[1]).toMatchObject({
      clientId: '0123',
    })
  })

  it('a variable that is missing is reported once', () => {
    expect(problemsOf(changed(secret, `secret: ${ref('NONE')}`))).toEqual([
      '4:11 session.secret: expected the environment variable NONE to be set',
    ])
    expect(problemsOf(changed(secret, `secret: ${ref('file:none')}`))).toEqual([
      '4:11 session.secret: expected a readable file at none',
    ])
    expect(problemsOf(changed(secret, `secret: ${ref('constructor')}`))).toEqual([
      '4:11 session.secret: expected the environment variable constructor to be set',
    ])
  })

  it('a variable is never shown by its value', () => {
    const problems = problemsOf(changed('https://aws.example.com', ref('BASE')), { env: { BASE: 'hunter2' } })
    expect(problems).toHaveLength(1)
    expect(problems[0]).not.toContain('hunter2')
  })

  it('a variable is not shown through an alias either', () => {
    const anchored = changed('idle: 30m', `idle: &idle ${ref('IDLE')}`).replace('lifetime: 8h', 'lifetime: *idle')
    const problems = problemsOf(anchored, { env: { IDLE: 'hunter2' } })
    expect(problems.map((line) => line.split(' ')[1])).toEqual(['session.idle:', 'session.lifetime:'])
    expect(problems.join('\n')).not.toContain('hunter2')
  })
})
