/**
 * From what identity providers and callers say to the condition keys that policies are evaluated against, and the table
 * of all keys. One file for each of: an assertion, a token, the call and its session; condition-key-table.ts is the
 * table.
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
export { type ConditionKey, conditionKeyOf, conditionKeyTable, samlAttributeKeys } from './condition-key-table.ts'
export { nameQualifier, samlContext, subjectType } from './saml-context.ts'
export { webIdentityContext } from './web-identity-context.ts'
