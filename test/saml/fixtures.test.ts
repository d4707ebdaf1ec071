import { describe, expect, it } from 'vitest'
import { runChecks } from '../../src/core/verdict.ts'
import { parseIdpMetadata } from '../../src/saml/metadata.ts'
import { type AssertionCheckName, assertionChecks, checkCodes } from '../../src/saml/response/checks.ts'
import { responseSteps } from '../../src/saml/response/open.ts'
import { holds } from '../held/holds.ts'
import { requirementsOf } from './fixture-requirements.ts'
import { accepted, refused } from './fixture-verdicts.ts'
import {
  assertionOf,
  codeOf,
  evaluate,
  expected,
  failuresOf,
  fixture,
  fixtureNames,
  now,
  weakMetadataXml,
} from './saml-fixtures.ts'

/** Object.entries that keeps the names. */
const entriesOf = <Name extends string, Value>(table: Readonly<Record<Name, Value>>) =>
  Object.entries(table) as [Name, Value][]

describe('responses made by xmlsec1', () => {
  it('the fixtures are all in one of the two tables', () => {
    expect(Object.keys(refused).sort()).toEqual([...fixtureNames('refused')].sort())
    expect(Object.keys(accepted).sort()).toEqual([...fixtureNames('accepted')].sort())
  })

  for (const [name, [code, ...fails]] of entriesOf(refused)) {
    it(`the fixture ${name} is refused with ${code}`, holds(...requirementsOf('refused', name)), () => {
      const judgement = evaluate(fixture('refused', name))
      expect({ code: codeOf(judgement), fails: failuresOf(judgement) }).toEqual({ code, fails })
    })
  }

  for (const [name, [attribute, values]] of entriesOf(accepted)) {
    it(`the fixture ${name} is accepted with every value whole`, holds(...requirementsOf('accepted', name)), () => {
      const assertion = assertionOf(evaluate(fixture('accepted', name)))
      expect(assertion.attributes.get(attribute)).toEqual(values)
      const subject = name === 'comment-in-text' ? 'alice@example.org.evil.example' : 'alice@example.org'
      expect(assertion.subject).toBe(subject)
    })
  }

  it('the fixtures are refused for at least 25 different reasons', () => {
    expect(new Set(Object.values(refused).map(([code]) => code)).size).toBeGreaterThanOrEqual(25)
  })

  it('a response that passes has passed every check and every step that has something to do', () => {
    const { verdict } = evaluate(fixture('accepted', 'signed-assertion'))
    expect(verdict).toEqual(
      [...responseSteps, ...Object.keys(assertionChecks)].map((name) => ({
        name,
        outcome: name === 'responseSignatureVerifies' || name === 'isDecrypted' ? 'not-run' : 'pass',
      })),
    )
  })

  it('a response that fails a step has no check run', () => {
    const { verdict } = evaluate(fixture('refused', 'stranger'))
    const outcomes = Object.keys(assertionChecks).map(
      (name) => verdict.find((finding) => finding.name === name)?.outcome,
    )
    expect(new Set(outcomes)).toEqual(new Set(['not-run']))
  })
})

/** Where one thing is absent, everything that is asked of it fails with it. */
const failTogether: Readonly<Partial<Record<AssertionCheckName, readonly AssertionCheckName[]>>> = {
  hasConditions: ['hasAudience', 'audienceIsUs'],
  hasAudience: ['audienceIsUs'],
  hasBearerConfirmation: ['recipientIsOurAcs', 'isSolicited', 'answersOurRequest', 'confirmationHasNotExpired'],
  isSolicited: ['responseAnswersOurRequest', 'answersOurRequest'],
  hasAuthnStatement: ['contextIsAsAsked'],
}

describe('every check', () => {
  const names = Object.keys(assertionChecks) as AssertionCheckName[]

  const needOtherExpectations: readonly AssertionCheckName[] = [
    'groupsAreListed',
    'requestIsKnown',
    'replayIsRemembered',
  ]
  it.each(names.filter((name) => !needOtherExpectations.includes(name)))(
    '%s has a fixture that only it refuses',
    (name) => {
      const fails = [name, ...(failTogether[name] ?? [])]
      expect(Object.values(refused)).toContainEqual([checkCodes[name], ...fails])
    },
  )

  it('groupsAreListed refuses what stands for groups at the product of the preset, and nothing else', () => {
    const judged = (value: RegExp | undefined, attribute = 'groups') =>
      evaluate(fixture('accepted', 'signed-assertion'), {
        unlistedGroups: [{ attribute, ...(value === undefined ? {} : { value }) }],
      })
    for (const judgement of [judged(undefined), judged(/^dev/)]) {
      expect(codeOf(judgement)).toBe('saml.groups_unlisted')
      expect(failuresOf(judgement)).toEqual(['groupsAreListed'])
    }
    for (const judgement of [judged(/;/), judged(undefined, 'groups.link')]) expect(codeOf(judgement)).toBe('accepted')
  })

  it('requestIsKnown refuses a good response when no login is pending', () => {
    const judgement = evaluate(fixture('accepted', 'signed-assertion'), { inResponseTo: undefined })
    expect(codeOf(judgement)).toBe('saml.request_unknown')
    expect(failuresOf(judgement)).toEqual(['requestIsKnown', 'responseAnswersOurRequest', 'answersOurRequest'])
  })

  it(
    'replayIsRemembered refuses an unsolicited response that may have been used before the start',
    holds('10.4'),
    () => {
      const since = (remembersSince: Date) =>
        evaluate(fixture('refused', 'unsolicited'), {
          inResponseTo: undefined,
          allowsUnsolicited: true,
          remembersSince,
        })
      const issued = new Date('2026-11-22T11:59:30Z')
      const judgement = since(new Date(issued.getTime() + 1))
      expect(codeOf(judgement)).toBe('saml.assertion_before_start')
      expect(failuresOf(judgement)).toEqual(['replayIsRemembered'])
      expect(codeOf(since(issued))).toBe('accepted')
      // An answer to a request is used up with that: what was remembered of it ended with the process, too.
      const solicited = evaluate(fixture('accepted', 'signed-assertion'), {
        allowsUnsolicited: true,
        remembersSince: now,
      })
      expect(codeOf(solicited)).toBe('accepted')
    },
  )

  it('every check has a code of its own', () => {
    expect(new Set(Object.values(checkCodes)).size).toBe(names.length)
  })

  it('every check fails or passes an assertion that says nothing, without throwing', () => {
    const nothing = {
      response: {
        isSigned: true,
        isEncrypted: false,
        issuer: undefined,
        destination: undefined,
        inResponseTo: undefined,
      },
      assertion: {
        id: '_a',
        issueInstant: now,
        issuer: undefined,
        nameId: undefined,
        confirmations: [],
        confirmationCount: 0,
        conditions: undefined,
        authentications: [],
        attributes: new Map(),
        unreadableAttributes: new Set<string>(),
      },
      confirmation: undefined,
    }
    const fails = runChecks(assertionChecks, nothing, { ...expected, now, inResponseTo: undefined })
      .filter(({ outcome }) => outcome === 'fail')
      .map(({ name }) => name)
    // What has nothing to say about an absent thing is what another check requires to be there.
    const silent = [
      'conditionsAreUnderstood',
      'attributesInUseAreText',
      'groupsAreListed',
      'responseAnswersOurRequest',
      'confirmationHasBegun',
      'hasNotExpired',
      'hasBegun',
      'isIssued',
      'isRecent',
      'replayIsRemembered',
      'idpSessionIsOpen',
    ]
    expect(fails).toEqual(names.filter((name) => !silent.includes(name)))
  })
})

describe('what must be signed', holds('3.1'), () => {
  const cases = [
    ['any', 'signed-assertion', 'accepted'],
    ['any', 'signed-response', 'accepted'],
    ['assertion', 'signed-assertion', 'accepted'],
    ['assertion', 'signed-response', 'saml.assertion_unsigned'],
    ['assertion', 'signed-both', 'accepted'],
    ['response', 'signed-assertion', 'saml.response_unsigned'],
    ['response', 'signed-response', 'accepted'],
    ['both', 'signed-assertion', 'saml.response_unsigned'],
    ['both', 'signed-response', 'saml.assertion_unsigned'],
    ['both', 'signed-both', 'accepted'],
  ] as const
  it.each(cases)('a provider that requires a signature on %s finds the fixture %s: %s', (signature, name, code) => {
    expect(codeOf(evaluate(fixture('accepted', name), { signature }))).toBe(code)
  })

  it('an RSA key of 1024 bits fits no signature', () => {
    const idp = parseIdpMetadata(weakMetadataXml, { now })
    expect(codeOf(evaluate(fixture('refused', 'signed-by-weak-key'), { idp }))).toBe('saml.signature_key_unfit')
  })

  it('a provider without keys accepts nothing', () => {
    const idp = { entityId: expected.idp.entityId, signingCertificates: [] }
    expect(codeOf(evaluate(fixture('accepted', 'signed-assertion'), { idp }))).toBe('saml.signature_key_unfit')
  })
})
