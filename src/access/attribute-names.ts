import type { Attributes } from '../core/identity.ts'

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const MICROSOFT = 'http://schemas.microsoft.com/ws/2008/06/identity/claims'
const oid = (numbers: string): string => `urn:oid:${numbers}`
const eduPerson = (last: number): string => oid(`1.3.6.1.4.1.5923.1.1.1.${last}`)

/**
 * One thing under all the names it goes by: as rules and templates write it, as universities send it (OIDs of eduPerson
 * and inetOrgPerson), as ADFS and Entra ID do (claim URIs), as OpenID providers do.
 */
const SYNONYMS: readonly (readonly string[])[] = [
  ['mail', 'email', oid('0.9.2342.19200300.100.1.3'), `${CLAIMS}/emailaddress`],
  ['uid', oid('0.9.2342.19200300.100.1.1')],
  ['cn', 'commonName', oid('2.5.4.3'), 'http://schemas.xmlsoap.org/claims/CommonName'],
  ['sn', 'surname', 'family_name', oid('2.5.4.4'), `${CLAIMS}/surname`],
  ['givenName', 'given_name', oid('2.5.4.42'), `${CLAIMS}/givenname`],
  ['displayName', oid('2.16.840.1.113730.3.1.241'), 'http://schemas.microsoft.com/identity/claims/displayname'],
  ['name', `${CLAIMS}/name`],
  ['upn', `${CLAIMS}/upn`],
  ['groups', `${MICROSOFT}/groups`, 'http://schemas.xmlsoap.org/claims/Group'],
  ['role', `${MICROSOFT}/role`],
  ['memberOf', oid('1.2.840.113556.1.2.102'), 'isMemberOf', oid('1.3.6.1.4.1.5923.1.5.1.1')],
  ['eduPersonAffiliation', eduPerson(1)],
  ['eduPersonNickname', eduPerson(2)],
  ['eduPersonOrgDN', eduPerson(3)],
  ['eduPersonOrgUnitDN', eduPerson(4)],
  ['eduPersonPrimaryAffiliation', eduPerson(5)],
  ['eduPersonPrincipalName', eduPerson(6)],
  ['eduPersonEntitlement', eduPerson(7)],
  ['eduPersonPrimaryOrgUnitDN', eduPerson(8)],
  ['eduPersonScopedAffiliation', eduPerson(9)],
  ['eduPersonTargetedID', eduPerson(10)],
  ['eduPersonAssurance', eduPerson(11)],
]

const synonymsOf: ReadonlyMap<string, readonly string[]> = new Map(
  SYNONYMS.flatMap((names) => names.map((name) => [name, names])),
)

/**
 * The values of an attribute, whichever of its names the provider sent. The very name that is asked for wins over its
 * synonyms; values under several synonyms are not mixed.
 */
export const valuesOf = (attributes: Attributes, name: string): readonly string[] =>
  [name, ...(synonymsOf.get(name) ?? [])].flatMap((each) => {
    const values = attributes.get(each)
    return values === undefined ? [] : [values]
  })[0] ?? []
