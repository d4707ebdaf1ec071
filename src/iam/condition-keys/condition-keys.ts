/**
 * From the statements of identity providers and callers to the condition keys that policies are evaluated against, and
 * the table of all keys. One file each for an assertion, a token, and the call with its session; condition-key-table.ts
 * is the table.
 */
export {
  carriedContext,
  requestTagContext,
  resourceContext,
  type SessionFacts,
  sessionContext,
  signedCallContext,
  type TemporaryFacts,
  unsignedCallContext,
} from './call-context.ts'
export {
  type ConditionKey,
  conditionKeyOf,
  conditionKeyTable,
  hasGenericKey,
  samlAttributeKeys,
} from './condition-key-table.ts'
export { nameQualifier, samlContext, subjectType } from './saml-context.ts'
export { authorizedRoles, roleAuthorizedByIdp, webIdentityContext } from './web-identity-context.ts'
