import { listedArns, parseArn, parseRoleArn, type RoleArn } from '../core/arn.ts'
import { awsSamlAttributes } from '../core/aws-attributes.ts'
import type { Attributes } from '../core/identity.ts'

/** A value of the Role attribute: a role, and the SAML provider in IAM that vouches for it. */
export interface RolePair {
  readonly role: RoleArn
  readonly providerArn: string
}

/** The pairs of the Role attribute; values that are not pairs are left out, as AWS does. */
export function rolePairs(attributes: Attributes): readonly RolePair[] {
  return (attributes.get(awsSamlAttributes.role) ?? []).flatMap((value) => pairOf(value) ?? [])
}

/**
 * A value as AWS reads it: a role and a SAML provider of one account, in either order; surrounding spaces are ignored.
 */
function pairOf(value: string): RolePair | undefined {
  const parts = listedArns(value)
  const role = parts.flatMap((part) => parseRoleArn(part) ?? [])[0]
  const providerArn = parts.find((part) => parseArn(part)?.resource.startsWith('saml-provider/'))
  return parts.length === 2 && role && providerArn ? { role, providerArn } : undefined
}
