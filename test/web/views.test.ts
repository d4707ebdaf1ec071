import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accountColors } from '../../src/config/types.ts'
import { durationChoices } from '../../src/web/models/duration-choices.ts'
import type { PageModels, PageName } from '../../src/web/models/page-models.ts'
import { matchesQuery } from '../../src/web/picker/filter.ts'
import type { RoleAccount, RoleChoice, RoleGroup, SentToAws } from '../../src/web/picker/model.ts'
import { texts } from '../../src/web/texts.ts'
import { toInstant } from '../../src/web/time-zone.ts'
import { createViews, escapeText, staticFolder } from '../../src/web/views.ts'

const views = createViews()

/** A name that tries to leave its element, its attribute, its textarea and its direction. */
const HOSTILE = `</textarea><script>alert("x")</script>'&\`\u202eevil`

/** Every page, with the same text in every place that text from outside can reach. */
const pagesSaying = (text: string): PageModels => {
  const session = { name: text, providerLabel: text, csrfToken: text, isOperator: true }
  const attributes = [
    { name: text, values: [text, text] },
    { name: 'department', values: [] },
  ]
  const at = toInstant(new Date('2026-11-22T05:32:48.500Z'))
  const findings = {
    open: [{ name: text, outcome: 'fail', expected: text, found: text, source: text }],
    passed: [{ name: text, outcome: 'pass' }],
    parts: [{ name: text, outcome: 'fail', expected: text, found: text, source: text }],
  } as const
  const account: RoleAccount = { id: text, name: text, color: 'red', environment: text }
  const role: RoleChoice = {
    arn: text,
    name: text,
    alias: text,
    account,
    durations: durationChoices(3600),
    isPinned: true,
    isSensitive: true,
    tags: '0 1',
    recentSignIn: { withinSeconds: 3600, isDue: true },
    verdict: 'denied',
    reason: text,
  }
  const fold = { isOpen: false, preview: text }
  const offer = { href: text, listHref: text }
  const sentToAws: SentToAws = {
    exchange: { via: 'saml', evidence: 'original' },
    sessionName: text,
    sourceIdentity: text,
    tags: Array.from({ length: 8 }, () => text),
    since: at,
    minutesSince: 75,
    until: at,
  }
  const picked = {
    arn: text,
    name: text,
    accountId: text,
    accountName: text,
    color: 'red',
    environment: text,
    isSensitive: true,
  } as const
  const goRole = { ...picked, duration: text, recentSignIn: { withinSeconds: 3600, isDue: true } }
  const from = { address: text, browser: text }
  const provider = { id: text, label: text, protocol: 'oidc', isLast: true, href: text, otherUserHref: text } as const
  return {
    chooser: { version: text, message: text, providers: [provider, { ...provider, unavailable: text }] },
    roles: {
      version: text,
      session,
      filter: {
        query: text,
        environment: text,
        tags: [text, text],
        environments: [text],
        tagKeys: [{ key: text, values: [{ value: text, number: 0 }] }],
      },
      view: 'account',
      otherViewHref: text,
      returnTo: text,
      total: 3,
      shown: 2,
      accountCount: 1,
      above: [{ kind: 'pinned', roles: [role] }],
      sections: [
        {
          groups: [
            { kind: 'account', account, roles: [{ ...role, isPinned: false }] },
            { kind: 'role', name: text, roles: [role], fold },
          ],
        },
        {
          unit: { name: text, isOpen: true, accountCount: 1 },
          groups: [{ kind: 'account', account: { ...account, id: `${text}2` }, roles: [role], fold }],
        },
      ],
      mostUnfolded: 60,
      requestAccess: offer,
      durationsOfSeveral: durationChoices(3600),
      mostAtOnce: 20,
      isKept: false,
      sentToAws,
      evidence: { providerId: text, providerLabel: text, subject: text, attributes },
    },
    role: {
      version: text,
      session,
      role,
      grantedBy: text,
      longest: text,
      sentToAws,
      preflight: {
        outcome: 'denied',
        reason: text,
        change: text,
        findings,
      },
    },
    credentials: {
      version: text,
      session,
      role: { arn: text, name: text, accountId: text, accountName: text, color: 'red' },
      sessionArn: text,
      expiresAt: at,
      duration: text,
      shortenedFrom: text,
      commandLine: { install: 'curl', start: 'node' },
      formats: [
        { id: 'env', label: text, use: text, fileName: text, text },
        { id: 'ini', label: text, use: text, fileName: text, text },
      ],
      profile: text,
      format: 'env',
      formatCookie: text,
      values: [{ name: text, value: text }],
    },
    'credentials-of-several': {
      version: text,
      session,
      outcomes: [
        { arn: text, name: text, account: text, expiresAt: at },
        { arn: text, name: text, sentence: text, hint: text },
      ],
      duration: text,
      file: { id: 'ini', label: text, use: text, fileName: text, text },
      reference: text,
    },
    identity: {
      version: text,
      session,
      providerId: text,
      providerLabel: text,
      protocol: 'saml',
      issuer: text,
      subject: text,
      subjectFormat: text,
      authenticatedAt: at,
      expiresAt: at,
      attributes,
      warnings: [text],
      awsSession: {
        name: text,
        sourceIdentity: text,
        tags: [{ key: text, value: text, isTransitive: true }],
        packedSizePercent: 4,
        leftOut: [{ what: text, reason: text }],
      },
      conditionKeys: [{ key: text, values: [text], source: text, differsByAccount: true }],
      ignored: attributes,
      preflights: {
        query: text,
        total: 1,
        tally: { allowed: 1, denied: 1, unknown: 1 },
        isFilterable: true,
        accounts: [
          {
            id: text,
            name: text,
            color: 'red',
            roles: [
              {
                arn: text,
                name: text,
                grantedBy: text,
                outcome: 'denied',
                reason: text,
                change: text,
                findings,
              },
            ],
          },
        ],
      },
    },
    error: {
      version: text,
      session,
      status: 403,
      code: text,
      sentence: text,
      hint: text,
      reference: text,
      report: text,
      signInHref: text,
      continueHref: text,
    },
    'sign-out': { version: text, session },
    'signed-out': { version: text, notice: text, signInHref: text, otherUser: { href: text, providerLabel: text } },
    'find-idp': {
      version: text,
      providerId: text,
      providerLabel: text,
      query: text,
      returnTo: text,
      recent: [{ name: text, host: text, href: text, logo: text }],
      results: [{ name: text, host: text, href: text, logo: text }],
      hasMore: true,
      total: 2,
      hasOthers: true,
    },
    'confirm-sign-in': { version: text, name: text, providerLabel: text, handle: text, csrfToken: text },
    renewing: { version: text, session, href: text },
    'confirm-role': {
      version: text,
      session,
      why: 'sensitive',
      download: text,
      profile: text,
      roles: [{ arn: text, name: text, accountId: text, accountName: text, color: 'red', isSensitive: true }],
      what: 'console',
      duration: text,
      destination: text,
      as: text,
    },
    go: {
      version: text,
      session,
      destination: text,
      account: text,
      role: text,
      query: text,
      total: 2,
      services: [{ id: text, name: text }],
      roles: [goRole, { ...goRole, recentSignIn: undefined }],
    },
    'go-refused': {
      version: text,
      session,
      status: 403,
      code: text,
      sentence: text,
      hint: text,
      reference: text,
      role: text,
      destination: text,
      services: [{ id: text, name: text }],
      nearest: [goRole],
      requestAccess: offer,
    },
    'request-access': {
      version: text,
      session,
      query: text,
      total: 3,
      found: 2,
      roles: [{ ...picked, description: text, href: text }],
    },
    'console-link': {
      version: text,
      session,
      role: picked,
      url: text,
      worksUntil: at,
      expiresAt: at,
      destination: text,
      sharedUrl: text,
      shortenedFrom: text,
    },
    activity: {
      version: text,
      session,
      isKept: false,
      logins: [{ startedAt: at, expiresAt: at, from, isThis: true }],
      devices: [{ id: text, name: text, signedInAt: at, usedAt: at, address: text }],
      activities: [
        { at, what: 'sign-in', from, reference: text },
        { at, what: 'device-token-reused', from, reference: text, device: text },
        { at, what: 'denied', from, reference: text, role: picked, refusal: { sentence: text, code: text } },
        {
          at,
          what: 'console',
          from,
          reference: text,
          role: picked,
          taken: { accessKeyId: text, sessionName: text, expiresAt: at, destination: text, cloudTrail: text },
        },
      ],
    },
    status: {
      version: text,
      session,
      startedAt: at,
      isReady: true,
      store: 'ok',
      auditFailure: { sentence: text, since: at },
      keyFailure: text,
      providers: [
        {
          id: text,
          label: text,
          protocol: 'saml',
          health: 'warning',
          state: text,
          source: text,
          facts: [
            { name: text, value: text },
            { name: text, value: at },
          ],
          problem: text,
          counts: [{ name: text, count: 1 }],
          lastRefusal: { code: text, reference: text, at },
        },
      ],
      certificates: [{ holder: text, subject: text, shown: text, health: 'bad' }],
      catalog: { contents: text, readAt: at, problem: text, notes: [text], furtherNotes: 1 },
      issuer: { url: text, keys: [{ kid: text, algorithm: text, signs: true }] },
    },
    sessions: {
      version: text,
      session,
      query: text,
      sessions: [
        {
          handle: text,
          name: text,
          subject: `${text} of the provider`,
          providerLabel: text,
          startedAt: at,
          expiresAt: at,
          ...from,
          devices: [text, text],
          isThis: true,
        },
      ],
      hasMore: true,
    },
    'test-sign-in': {
      version: text,
      session,
      providerId: text,
      providerLabel: text,
      startHref: text,
      freshHref: text,
      idp: text,
    },
    'test-result': {
      version: text,
      session,
      providerId: text,
      providerLabel: text,
      at,
      reference: text,
      tally: text,
      findings: [{ name: text, outcome: 'fail', expected: text, found: text, source: text }],
      refusal: { code: text, sentence: text, hint: text, reason: text },
      accepted: {
        subject: text,
        subjectFormat: text,
        protocol: 'oidc',
        issuer: text,
        authenticatedAt: at,
        isOperator: true,
        attributes,
        claims: attributes,
        leftOut: [{ name: text, values: [text], reason: text }],
        expectations: [{ name: text, outcome: 'unknown', expected: text, found: text, source: text }],
        rules: [{ line: 7, matches: false, conditions: [{ wanted: text, values: [text], isMet: false }] }],
        warnings: [text],
        awsSession: { name: text, sourceIdentity: text, tags: [], packedSizePercent: 0, leftOut: [] },
        conditionKeys: [{ key: text, values: [text], source: text, differsByAccount: true }],
        preflights: {
          query: text,
          total: 0,
          tally: { allowed: 0, denied: 0, unknown: 0 },
          isFilterable: false,
          accounts: [],
        },
      },
    },
    redirect: { version: text, heading: text, href: text },
    'allow-device': {
      version: text,
      session,
      device: text,
      from: { address: text, program: text },
      userCode: text,
      action: '/oauth/device/decide',
    },
    'device-code': { version: text, session, userCode: text },
    'device-decided': { version: text, session, device: text, isAllowed: true },
    'post-form': { version: text, action: text, fields: { [text]: text }, heading: text, button: text },
  }
}

/** Beside the pages by name, those that the same template shows for nothing found and for no role at all. */
const documentsSaying = (text: string): [string, string][] => {
  const models = pagesSaying(text)
  const names = Object.keys(models) as PageName[]
  return [
    ...names.map((name): [string, string] => [name, views.render(name, models[name])]),
    ['go, with one role', views.render('go', { ...models.go, roles: models.go.roles.slice(0, 1), total: 1 })],
    ['go, with no role', views.render('go', { ...models.go, roles: [], total: 0 })],
    ['go, with none found', views.render('go', { ...models.go, roles: [] })],
    ['roles, nothing found', views.render('roles', { ...models.roles, above: [], sections: [], shown: 0 })],
    ['roles, none at all', views.render('roles', { ...models.roles, above: [], sections: [], shown: 0, total: 0 })],
  ]
}

/** Without places where a line may break, of which a text has as many as it has colons and slashes. */
const tagsOf = (html: string): string[] => html.match(/<(?!wbr>)[a-z!/][^>]*>/gi) ?? []
const formsOf = (html: string): string[] => html.match(/<form\b[\s\S]*?<\/form>/g) ?? []
const attributeOf = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]

describe('a page with hostile values', () => {
  const plain = new Map(documentsSaying('plain'))

  it.each(documentsSaying(HOSTILE))('%s has the tags that it has with plain ones', (name, html) => {
    const names = (document: string) => tagsOf(document).map((tag) => /^<[a-z!/]+/i.exec(tag)?.[0])
    expect(names(html)).toEqual(names(plain.get(name) ?? ''))
  })

  it.each(documentsSaying(HOSTILE))('%s has the attributes that it has with plain ones', (name, html) => {
    const names = (document: string) => tagsOf(document).map((tag) => tag.replace(/="[^"]*"/g, '=""'))
    expect(names(html)).toEqual(names(plain.get(name) ?? ''))
  })

  it.each(documentsSaying(HOSTILE))('%s shows them escaped', (_, html) => {
    expect(html).not.toContain(HOSTILE)
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39;&amp;&#96;')
  })

  it.each(documentsSaying(HOSTILE))('%s shows an override of direction by its number', (_, html) => {
    expect(html).not.toContain('\u202e')
    expect(html).toContain('[U+202E]evil')
  })
})

describe.each(documentsSaying('plain'))('the page %s', (_, html) => {
  it('the page has no inline style, script or handler', () => {
    const tags = tagsOf(html)
    expect(tags.filter((tag) => /\s(style|on[a-z]+)\s*=/i.test(tag))).toEqual([])
    expect(tags.filter((tag) => tag.startsWith('<style'))).toEqual([])
    expect(html.match(/<script\b[^>]*>[\s\S]*?<\/script>/g)).toEqual([
      expect.stringMatching(/^<script type="module" src="\/static\/fedgate\.js\?v=[0-9a-f]{16}"><\/script>$/),
    ])
  })

  it('says its language, its title and one main heading', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(html).toMatch(/<title>\S[^<]* · fedgate<\/title>/)
    expect(html.match(/<h1\b/g)).toHaveLength(1)
  })

  it('names the method and the action of every form, and gives every post its CSRF field', () => {
    for (const form of formsOf(html)) {
      const [tag = ''] = tagsOf(form)
      if (tag.includes('data-post-at-once')) continue
      expect(attributeOf(tag, 'action')).toMatch(/^\/[a-z/]+$/)
      if (attributeOf(tag, 'method') === 'post')
        expect(form).toContain('<input type="hidden" name="csrf" value="plain">')
      else expect(attributeOf(tag, 'method')).toBe('get')
    }
  })

  it('sends no CSRF field of ours to another site', () => {
    expect(formsOf(html).filter((form) => form.includes('data-post-at-once') && /name="csrf"/.test(form))).toEqual([])
  })

  it('labels every field that a user fills in', () => {
    const fields = tagsOf(html).filter((tag) => /^<(input|select)\b/.test(tag) && !tag.includes('type="hidden"'))
    const unlabelled = fields.filter(
      (tag) => attributeOf(tag, 'aria-label') === undefined && !html.includes(`for="${attributeOf(tag, 'id')}"`),
    )
    expect(unlabelled).toEqual([])
  })

  it('says the type of every button', () => {
    // Those of the rows, of which there may be hundreds, submit without saying it.
    const buttons = tagsOf(html.replaceAll(/<li class="role"[^>]*>.*?<\/li>/gs, '')).filter((tag) =>
      tag.startsWith('<button'),
    )
    expect(buttons.filter((tag) => attributeOf(tag, 'type') === undefined)).toEqual([])
  })

  it('uses no id twice', () => {
    const ids = tagsOf(html).flatMap((tag) => attributeOf(tag, 'id') ?? [])
    expect(ids).toEqual([...new Set(ids)])
  })
})

describe('the frame', () => {
  const models = pagesSaying('plain')

  it('offers navigation and sign-out to a user who is signed in', () => {
    const html = views.render('identity', models.identity)
    expect(html).toContain(`<nav aria-label="${texts.layout.navigation}">`)
    expect(html).toContain('<form method="post" action="/logout">')
  })

  it('offers neither while no user is signed in', () => {
    const html = views.render('chooser', models.chooser)
    expect(html).not.toContain('<nav')
    expect(html).not.toContain('/logout')
  })

  it('marks where the user is', () => {
    const html = views.render('identity', models.identity)
    expect(html.match(/<a href="[^"]*" aria-current="page">[^<]*/g)).toEqual([
      `<a href="/identity" aria-current="page">${texts.layout.identity}`,
    ])
  })
})

describe('the chooser', () => {
  it('gives no link to a provider that is unavailable, and says why', () => {
    const provider = {
      id: 'partner',
      label: 'Partner',
      protocol: 'oidc',
      isLast: false,
      href: '/login/partner',
    } as const
    const html = views.render('chooser', {
      version: '1',
      providers: [{ ...provider, unavailable: 'It did not answer.' }],
    })
    expect(html).not.toContain('/login/partner')
    expect(html).toContain('aria-disabled="true" aria-describedby="why-partner"')
    expect(html).toContain('It did not answer.')
  })
})

describe('the role picker', () => {
  const models = pagesSaying('plain')

  const [pinned] = models.roles.above.flatMap((group) => group.roles)

  /** With this role and no other. */
  const withOne = (changes: Partial<RoleChoice>): string => {
    const above: readonly RoleGroup[] = pinned ? [{ kind: 'pinned', roles: [{ ...pinned, ...changes }] }] : []
    return views.render('roles', { ...models.roles, above, sections: [] })
  }

  it('names the account with every control of a role, since another account may have a role of that name', () => {
    const html = withOne({ account: { id: 'plain', name: 'Production' } })
    expect([...html.matchAll(/"([^"]* plain in [^"]*)"/g)].map(([, label]) => label)).toEqual([
      texts.roles.select('plain', 'Production'),
      texts.roles.duration('plain', 'Production'),
      texts.roles.credentialsFor('plain', 'Production'),
      texts.roles.consoleAs('plain', 'Production'),
      texts.roles.pin('no', 'plain', 'Production'),
    ])
  })

  it('counts what is shown of all', () => {
    expect(views.render('roles', models.roles)).toContain(`${texts.roles.count(2, 3, 1)}<`)
    expect(views.render('roles', { ...models.roles, total: 1, shown: 1 })).toContain(`${texts.roles.count(1, 1, 1)}<`)
  })

  it('offers to take several where there are several', () => {
    expect(views.render('roles', models.roles)).toContain('<form class="several" id="several"')
    expect(views.render('roles', { ...models.roles, shown: 1 })).not.toContain('id="several"')
  })

  it('says in words what AWS is to say, and why it is to say no', () => {
    const html = withOne({ reason: 'AWS wants another recipient.' })
    expect(html).toContain(`>${texts.roles.verdicts.denied}</span>`)
    expect(html).toContain('<bdi>AWS wants another recipient.</bdi>')
    expect(withOne({ verdict: 'unknown' })).toContain(`>${texts.roles.verdicts.unknown}</span>`)
  })

  it('asks for a new sign-in in words, before the click', () => {
    const due = withOne({ recentSignIn: { withinSeconds: 3600, isDue: true } })
    expect(due).toContain(texts.roles.signInAgain(3600))
    const done = withOne({ recentSignIn: { withinSeconds: 3600, isDue: false } })
    expect(done).toContain(texts.roles.recentSignIn(3600))
  })

  it('says what CloudTrail will have, who signs for it, and how old that is', () => {
    const html = views.render('roles', models.roles)
    expect(html).toContain(`<dt>${texts.roles.inCloudTrail}</dt><dd><code><bdi>plain</bdi></code></dd>`)
    expect(html).toContain(
      `${texts.roles.means['saml original']} <span class="mode" data-mode="original">${texts.roles.modes.original}</span>`,
    )
    expect(html).toContain(`data-ago>${texts.roles.agoOf(75)}</time>`)
    expect(html).toContain(`>${texts.roles.moreTags(2)}</a>`)
  })

  it('leads to the rule that granted a role, and to what AWS will make of it', () => {
    const html = withOne({ arn: 'arn:aws:iam::111122223333:role/a+b' })
    expect(html).toContain('href="/roles/why?role=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fa%2Bb"')
    expect(views.render('role', { ...models.role, grantedBy: 'groups = dev (rule at line 7)' })).toContain(
      `<dt>${texts.roles.why.granted}</dt><dd><bdi>groups = dev (rule at line 7)</bdi></dd>`,
    )
  })

  it('posts role and duration, to the console by the second button', () => {
    const form = formsOf(views.render('roles', models.roles)).find((found) => found.includes('name="role"'))
    expect(form).toContain('<form method="post" action="/roles/credentials">')
    expect(form).toContain('<select name="duration"')
    expect(form).toContain('<option>15m<option selected>1h')
    expect(form).toContain('formaction="/roles/console"')
  })

  it('tells a user without roles what the provider said, and offers no search', () => {
    const html = views.render('roles', { ...models.roles, above: [], sections: [], shown: 0, total: 0 })
    expect(html).toContain(texts.roles.none.tell)
    expect(html).toContain('<th scope="row"><bdi>plain</bdi></th>')
    expect(html).toContain('href="/identity"')
    expect(html).not.toContain('type="search"')
  })

  it('shows an account without a name by its number', () => {
    const groups: readonly RoleGroup[] = [{ kind: 'account', account: { id: '111122223333' }, roles: [] }]
    expect(views.render('roles', { ...models.roles, sections: [{ groups }] })).toContain(
      `<bdi>${texts.roles.account}</bdi> <span class="account-id">111122223333</span>`,
    )
  })
})

describe('the credential page', () => {
  const model = pagesSaying('plain').credentials
  const secret = 'wJalrXUtnFEMI/K7MDENG'
  const html = views.render('credentials', {
    ...model,
    formats: [
      {
        id: 'env',
        label: 'Shell',
        use: 'Paste.',
        fileName: 'a.sh',
        text: `export AWS_SECRET_ACCESS_KEY='${secret}'\n`,
      },
    ],
  })

  it('the credential page has the secret once, as text and in no attribute', () => {
    expect(html.split(secret)).toHaveLength(2)
    expect(tagsOf(html).join()).not.toContain(secret)
  })

  it('hides the values until they are asked for', () => {
    const details = /<details\b[^>]*>[\s\S]*?<\/details>/.exec(html)?.[0]
    expect(details).toContain(secret)
    expect(details).not.toMatch(/^<details[^>]*\sopen/)
  })

  it('keeps the text to the byte, as a browser copies it', () => {
    expect(html).toContain(`<code>export AWS_SECRET_ACCESS_KEY=&#39;${secret}&#39;\n</code></pre>`)
  })
})

describe('a template', () => {
  const templates = readdirSync(new URL('../../views/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.eta'),
  )

  // Of these one remembers what it was given for the same choices: `optionsOf`. The other two escape what they format.
  it.each(templates)('%s puts nothing out raw but other templates', (name) => {
    const source = readFileSync(new URL(`../../views/${name}`, import.meta.url), 'utf8')
    expect(
      source.match(/<%~(?! include\('| it\.body %>| optionsOf\(| it\.withCode\(| it\.branding\.notice %>).*/g) ?? [],
    ).toEqual([])
  })

  it.each(templates)('%s says nothing of its own: its words are in texts.ts', (name) => {
    const source = readFileSync(new URL(`../../views/${name}`, import.meta.url), 'utf8')
    const markup = source.replaceAll(/<%[\s\S]*?%>/g, '')
    const said = markup.replaceAll(/<[^>]*>/g, ' ').match(/[a-z]{2,}/gi) ?? []
    const labels = [...markup.matchAll(/ (?:aria-label|placeholder|title|alt)="([^"]*)"/g)].map(([, label]) => label)
    // A product's name, a unit of time and a key of the configuration are the same in every language.
    expect(said.filter((word) => !['fedgate', 'UTC', 'providers'].includes(word))).toEqual([])
    expect(labels.filter((label) => label !== '')).toEqual([])
  })

  it('shows no value that its model lacks', () => {
    expect(() => escapeText(undefined)).toThrow(TypeError)
    const broken = { ...pagesSaying('plain').error, code: undefined as unknown as string }
    expect(() => views.render('error', broken)).toThrow(TypeError)
  })
})

describe('escaping', () => {
  it('shows controls by their number and keeps line ends, tabs and marks of right-to-left names', () => {
    expect(escapeText('a\u0000b\u001bc\u2066d')).toBe('a[U+0000]b[U+001B]c[U+2066]d')
    expect(escapeText('a\tb\r\nc\u200fd')).toBe('a\tb\r\nc\u200fd')
  })
})

describe('the static folder', () => {
  it('the static folder has a colour for every colour that an account may be given', () => {
    const css = readFileSync(`${staticFolder}fedgate.css`, 'utf8')
    const styled = [...css.matchAll(/\[data-color="([a-z]+)"\]/g)].map(([, color]) => color)
    expect(styled).toEqual([...accountColors])
  })

  it('moves nothing for those who asked for no motion', () => {
    const css = readFileSync(`${staticFolder}fedgate.css`, 'utf8')
    const moving = /^@media \(prefers-reduced-motion: no-preference\) \{\n[\s\S]*?^\}/gm
    const still = css.replaceAll(moving, '')
    expect(css.match(moving)?.join()).toMatch(/transition/)
    expect(still).not.toMatch(/transition|animation|@keyframes|scroll-behavior/)
  })

  it('the static folder has exactly the three files that pages name', () => {
    expect(readdirSync(staticFolder).sort()).toEqual(['favicon.svg', 'fedgate.css', 'fedgate.js'])
  })
})

describe('an instant', () => {
  it('an instant is shown to the second, in UTC', () => {
    expect(toInstant(new Date('2026-11-02T23:59:59.999Z'))).toEqual({
      iso: '2026-11-02T23:59:59Z',
      text: '2 Nov 2026, 23:59:59 UTC',
    })
  })
})

describe('a search', () => {
  const account: RoleAccount = { id: '111122223333', name: 'Production' }
  const { role } = pagesSaying('plain').role
  const developer = { ...role, arn: 'arn:aws:iam::111122223333:role/eng/Developer', name: 'Developer', alias: 'Bench' }

  it.each(['', '  ', 'prod', 'PROD developer', '2222', 'eng/', 'dev  3333', 'bench', 'prod BENCH'])(
    'a search for %j finds the role',
    (query) => {
      expect(matchesQuery(query, account, developer)).toBe(true)
    },
  )

  it.each(['staging', 'prod admin', 'plain'])('a search for %j does not', (query) => {
    expect(matchesQuery(query, account, developer)).toBe(false)
  })
})

it('each computed text has the sentence of test/golden/page-texts.txt', async () => {
  const { roles } = texts
  const sentences = [
    ...[roles.count(2, 3, 1), roles.count(1, 1, 1), roles.count(7, 7, 2)],
    ...[0, 5, 75].map(roles.agoOf),
    ...[3600, 5400, 90].flatMap((seconds) => [roles.signInAgain(seconds), roles.recentSignIn(seconds)]),
    ...[roles.pin('yes', 'Dev', 'Production'), roles.pin('no', 'Dev', 'Production'), roles.moreTags(2)],
  ]
  await expect(`${sentences.join('\n')}\n`).toMatchFileSnapshot('../golden/page-texts.txt')
})
