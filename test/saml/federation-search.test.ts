import { describe, expect, it } from 'vitest'
import type { FederationEntity } from '../../src/saml/federation/index-aggregate.ts'
import { searchWords } from '../../src/saml/federation/names.ts'
import { createSearch } from '../../src/saml/federation/search.ts'

const entity = (host: string, names: Readonly<Record<string, string>>, isHidden = false): FederationEntity => {
  const description = {
    entityId: `https://${host}/idp`,
    names: Object.entries(names).map(([language, name]) => ({ language, name })),
    isHidden,
    hasLogo: false,
    marks: { registrationAuthority: [], entityCategory: [], assuranceCertification: [], idpScope: [] },
  }
  return { ...description, ...searchWords(description), offset: 0, length: 0, sha256: '', context: 0 }
}

const search = createSearch([
  entity('idp.geneve.example', { en: 'University of Geneva', fr: 'Université de Genève' }),
  entity('idp.tromso.example', { no: 'Norges arktiske universitet i Tromsø', en: 'Arctic University' }),
  entity('idp.lodz.example', { pl: 'Politechnika Łódzka' }),
  entity('idp.zurich.example', { de: 'Universität Zürich' }),
  entity('idp.beijing.example', { zh: '北京大学' }),
  entity('login.nameless.example', {}),
  entity('idp.hidden.example', { en: 'University of Nowhere' }, true),
])

const found = (query: string, languages: readonly string[] = ['en'], limit = 10) =>
  search(query, limit, languages).map(({ name }) => name)

describe('a search for identity providers', () => {
  it.each([
    ['a word', 'geneva', 'University of Geneva'],
    ['capitals', 'GENEVA', 'University of Geneva'],
    ['the name in another language', 'genève', 'University of Geneva'],
    ['no accents where there are some', 'geneve', 'University of Geneva'],
    ['accents where there are none', 'Génévä', 'University of Geneva'],
    ['letters that no accent makes', 'tromso', 'Arctic University'],
    ['those letters themselves', 'Łódz', 'Politechnika Łódzka'],
    ['composed and decomposed characters', 'Zu\u0308rich', 'Universität Zürich'],
    ['another script', '北京', '北京大学'],
    ['words in any order', 'zurich univ', 'Universität Zürich'],
    ['part of a word', 'technika', 'Politechnika Łódzka'],
    ['its domain', 'lodz.example', 'Politechnika Łódzka'],
    ['spaces around', '  geneva  ', 'University of Geneva'],
  ])('finds by %s', (_, query, name) => {
    expect(found(query)).toContain(name)
  })

  it.each(['nowhere', 'geneva paris', 'xyz'])('a search for identity providers does not find %s', (query) => {
    expect(found(query)).toEqual([])
  })

  it('a search for identity providers has whose name begins so before others, and those before who has it somewhere', () => {
    expect(found('uni')).toEqual(['Universität Zürich', 'University of Geneva', 'Arctic University'])
    expect(found('technika')).toEqual(['Politechnika Łódzka'])
  })

  it('shows the name in the language that the user reads', () => {
    expect(found('geneva', ['fr-CH', 'en'])).toEqual(['Université de Genève'])
    expect(found('tromso', ['fr'])).toEqual(['Arctic University'])
    expect(found('lodz', ['fr'])).toEqual(['Politechnika Łódzka'])
  })

  it('shows the entityID of one without a name', () => {
    expect(found('nameless')).toEqual(['https://login.nameless.example/idp'])
  })

  it('a search without a query has everyone who does not hide, by name', () => {
    expect(found('')).toEqual([
      'Arctic University',
      'https://login.nameless.example/idp',
      'Politechnika Łódzka',
      'Universität Zürich',
      'University of Geneva',
      '北京大学',
    ])
  })

  it('gives no more than asked for', () => {
    expect(found('', ['en'], 2)).toHaveLength(2)
  })
})
