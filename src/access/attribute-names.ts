import type { Attributes } from '../core/identity.ts'

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const ADFS = 'http://schemas.xmlsoap.org/claims'
const MICROSOFT = 'http://schemas.microsoft.com/ws/2008/06/identity/claims'
const ENTRA = 'http://schemas.microsoft.com/identity/claims'

/** The OIDs of LDAP attributes, by the arcs that the directories of universities and companies use. */
const arcs = {
  /** X.520: person and organizationalPerson (RFC 4519). */
  x520: '2.5.4',
  /** Netscape: what inetOrgPerson added (RFC 2798). */
  netscape: '2.16.840.1.113730.3.1',
  /** Cosine pilot (RFC 4524). */
  pilot: '0.9.2342.19200300.100.1',
  eduPerson: '1.3.6.1.4.1.5923.1.1.1',
  eduOrg: '1.3.6.1.4.1.5923.1.2.1',
  schac: '1.3.6.1.4.1.25178.1.2',
} as const

/**
 * All names of one attribute: as rules and templates write it, as universities send it (eduPerson, inetOrgPerson,
 * eduOrg, SCHAC), as ADFS and Entra ID do (claim URIs), and as OpenID providers do.
 */
export const attributeSynonyms: readonly (readonly string[])[] = [
  ldap('cn', 'x520', 3, 'commonName', `${ADFS}/CommonName`),
  ldap('sn', 'x520', 4, 'surname', 'family_name', `${CLAIMS}/surname`),
  ldap('c', 'x520', 6, 'countryName', `${CLAIMS}/country`),
  ldap('l', 'x520', 7, 'localityName', `${CLAIMS}/locality`),
  ldap('st', 'x520', 8, 'stateOrProvinceName', `${CLAIMS}/stateorprovince`),
  ldap('street', 'x520', 9, 'streetAddress', `${CLAIMS}/streetaddress`),
  ldap('o', 'x520', 10, 'organizationName'),
  ldap('ou', 'x520', 11, 'organizationalUnitName'),
  ldap('title', 'x520', 12),
  ldap('description', 'x520', 13),
  ldap('businessCategory', 'x520', 15),
  ldap('postalAddress', 'x520', 16),
  ldap('postalCode', 'x520', 17, `${CLAIMS}/postalcode`),
  ldap('telephoneNumber', 'x520', 20, 'phone_number'),
  ldap('givenName', 'x520', 42, 'given_name', `${CLAIMS}/givenname`),
  ldap('initials', 'x520', 43),
  ldap('x500UniqueIdentifier', 'x520', 45),

  ldap('departmentNumber', 'netscape', 2),
  ldap('employeeNumber', 'netscape', 3),
  ldap('employeeType', 'netscape', 4),
  ldap('preferredLanguage', 'netscape', 39, 'locale'),
  ldap('displayName', 'netscape', 241, `${ENTRA}/displayname`),

  ldap('uid', 'pilot', 1),
  ldap('mail', 'pilot', 3, 'email', 'emailAddress', `${CLAIMS}/emailaddress`, `${ADFS}/EmailAddress`),
  ldap('roomNumber', 'pilot', 6),
  ldap('manager', 'pilot', 10),
  ldap('homePhone', 'pilot', 20, `${CLAIMS}/homephone`),
  ldap('mobile', 'pilot', 41, `${CLAIMS}/mobilephone`),
  ldap('co', 'pilot', 43, 'friendlyCountryName'),
  ldap('organizationStatus', 'pilot', 45),

  ldap('eduPersonAffiliation', 'eduPerson', 1),
  ldap('eduPersonNickname', 'eduPerson', 2),
  ldap('eduPersonOrgDN', 'eduPerson', 3),
  ldap('eduPersonOrgUnitDN', 'eduPerson', 4),
  ldap('eduPersonPrimaryAffiliation', 'eduPerson', 5),
  ldap('eduPersonPrincipalName', 'eduPerson', 6),
  ldap('eduPersonEntitlement', 'eduPerson', 7),
  ldap('eduPersonPrimaryOrgUnitDN', 'eduPerson', 8),
  ldap('eduPersonScopedAffiliation', 'eduPerson', 9),
  ldap('eduPersonTargetedID', 'eduPerson', 10),
  ldap('eduPersonAssurance', 'eduPerson', 11),
  ldap('eduPersonPrincipalNamePrior', 'eduPerson', 12),
  ldap('eduPersonUniqueId', 'eduPerson', 13),
  ldap('eduPersonOrcid', 'eduPerson', 16),

  ldap('eduOrgHomePageURI', 'eduOrg', 2),
  ldap('eduOrgIdentityAuthNPolicyURI', 'eduOrg', 3),
  ldap('eduOrgLegalName', 'eduOrg', 4),
  ldap('eduOrgSuperiorURI', 'eduOrg', 5),
  ldap('eduOrgWhitePagesURI', 'eduOrg', 6),

  ldap('schacHomeOrganization', 'schac', 9),
  ldap('schacHomeOrganizationType', 'schac', 10),
  ldap('schacPersonalUniqueCode', 'schac', 14),

  ['memberOf', 'urn:oid:1.2.840.113556.1.2.102', 'isMemberOf', 'urn:oid:1.3.6.1.4.1.5923.1.5.1.1'],
  ['subject-id', 'urn:oasis:names:tc:SAML:attribute:subject-id'],
  ['pairwise-id', 'urn:oasis:names:tc:SAML:attribute:pairwise-id'],

  ['name', `${CLAIMS}/name`],
  ['upn', `${CLAIMS}/upn`, `${ADFS}/UPN`],
  ['nameidentifier', `${CLAIMS}/nameidentifier`],
  ['privatepersonalidentifier', `${CLAIMS}/privatepersonalidentifier`],
  ['groups', `${MICROSOFT}/groups`, `${ADFS}/Group`],
  ['role', `${MICROSOFT}/role`],
  ['wids', `${MICROSOFT}/wids`],
  ['windowsaccountname', `${MICROSOFT}/windowsaccountname`],
  ['primarysid', `${MICROSOFT}/primarysid`],
  ['primarygroupsid', `${MICROSOFT}/primarygroupsid`, 'primaryGroupSID'],
  ['objectidentifier', `${ENTRA}/objectidentifier`, 'oid'],
  ['tenantid', `${ENTRA}/tenantid`, 'tid'],
]

const NONE: readonly string[] = []

const synonymsOf: ReadonlyMap<string, readonly string[]> = new Map(
  attributeSynonyms.flatMap((names) => names.map((name) => [name, names])),
)

/** Every name of the same thing. */
export function namesOf(name: string): readonly string[] {
  return synonymsOf.get(name) ?? [name]
}

/**
 * The values of an attribute under any of its names. The name asked for takes precedence over its synonyms; values
 * under several synonyms are not merged.
 */
export function valuesOf(attributes: Attributes, name: string): readonly string[] {
  const own = attributes.get(name)
  if (own !== undefined) return own
  // A loop, as every rule and template asks this for every name.
  for (const synonym of synonymsOf.get(name) ?? NONE) {
    const values = attributes.get(synonym)
    if (values !== undefined) return values
  }
  return NONE
}

/**
 * The name under which metadata requests the attribute that a rule calls `name`: the standard's URI if there is one.
 */
export function standardName(name: string): { readonly name: string; readonly friendlyName?: string } {
  const [friendlyName, ...names] = synonymsOf.get(name) ?? []
  const urn = names.find((each) => /^urn:oid:/.test(each)) ?? names.find((each) => each.startsWith('urn:oasis:'))
  return urn === undefined || friendlyName === undefined ? { name } : { name: urn, friendlyName }
}

/**
 * An LDAP attribute: by its name, its SAML 2.0 name (`urn:oid:…`, X.500/LDAP attribute profile), and its older
 * Shibboleth name (`urn:mace:dir:…`). Then its other names.
 */
function ldap(name: string, arc: keyof typeof arcs, last: number, ...others: readonly string[]): readonly string[] {
  return [name, `urn:oid:${arcs[arc]}.${last}`, `urn:mace:dir:attribute-def:${name}`, ...others]
}
