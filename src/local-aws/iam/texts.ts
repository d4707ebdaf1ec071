/**
 * IAM's refusals, most of them from LocalStack's snapshots of AWS. Those marked [K] are not confirmed by a recorded
 * response (the codes and statuses are the service model's); those about SAML providers are the titles of AWS's
 * troubleshooting page.
 */
import { AwsError } from '../aws-errors.ts'

export const refusals = {
  noUser: (name: string) => noSuchEntity(`The user with name ${name} cannot be found.`),
  noAccessKey: (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`),
  userNameMissing: () =>
    new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials'),
  noRole: (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`),
  roleExists: (name: string) => alreadyExists(`Role with name ${name} already exists.`),
  rolePolicies: () => new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.'),
  attachedPolicies: () => new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.'),
  policyExists: (name: string) =>
    alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`),
  policyInUse: () => new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.'),
  policyHasVersions: () =>
    new AwsError(
      'DeleteConflict',
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    ),
  defaultVersion: () => new AwsError('DeleteConflict', 'Cannot delete the default version of a policy.'),
  noPolicyVersion: (arn: string, version: string) =>
    noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`),
  tooManyVersions: (most: number) =>
    limitExceeded(
      `A managed policy can have up to ${most} versions. Before you create a new version, you must delete an existing version.`,
    ),
  notAttachable: (arn: string) => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`),
  notAttached: (arn: string) => noSuchEntity(`Policy ${arn} was not found.`),
  noRolePolicy: (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`),
  quota: (name: string, most: number) => limitExceeded(`Cannot exceed quota for ${name}: ${most}`),
  /** [K] */
  policiesTooLarge: (role: string, most: number) =>
    limitExceeded(`Maximum policy size of ${most} bytes exceeded for role ${role}`),
  /** [K] */
  sharedIssuer: (key: string) =>
    new AwsError('MalformedPolicyDocument', `Missing required condition on ${key} for a shared identity provider`),
  /** [K] */
  outboundEnabled: () =>
    new AwsError('FeatureEnabled', 'Outbound web identity federation is already enabled for this account.'),
  /** [K] */
  outboundDisabled: () =>
    new AwsError('FeatureDisabled', 'Outbound web identity federation is not enabled for this account.'),
  /** [K] */
  noRootAccess: () =>
    new AwsError(
      'AccountNotManagementOrDelegatedAdministratorException',
      'The request was rejected because the account making the request is not the management account or delegated administrator account for centralized root access.',
    ),
  noBoundaryPolicy: (arn: string) => noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`),
  duplicateTags: () => invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  /** Recorded for OpenID providers. */
  tooManyTags: () => limitExceeded('The number of tags has reached the maximum limit.'),
  /** [K] */
  markerInvalid: () => new AwsError('ValidationError', 'Invalid Marker.'),
  noSamlProvider: (arn: string) => noSuchEntity(`Manifest not found for arn ${arn}`),
  /** [K] */
  samlProviderExists: (name: string) => alreadyExists(`SAMLProvider ${name} already exists.`),
  /** [K] */
  metadataInvalid: (reason: string) => invalidInput('Could not parse metadata', reason),
  privateKeyInvalid: () => invalidInput('Invalid private key.'),
  noSuchPrivateKey: () => invalidInput('Failed to remove private key because the Key ID does not match a private key.'),
  modeWithoutKey: () =>
    invalidInput('Unable to set assertion encryption mode to Required because no private key is provided.'),
  addAndRemove: () =>
    invalidInput(
      'Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.',
    ),
  tooManyKeys: () => limitExceeded('Private key limit of 2 is reached.'),
  nothingToUpdate: () =>
    invalidInput('Unable to update identity provider. No updates are defined for metadata or encryption assertion.'),
  noOidcProvider: (arn: string) => noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`),
  noOidcProviderToDelete: (arn: string) => noSuchEntity(`OpenId connect Provider ${arn} cannot be found.`),
  oidcProviderExists: (url: string) => alreadyExists(`Provider with url ${url} already exists.`),
  clientIdInvalid: () => invalidInput('A client ID has characters that no answer can carry'),
  urlInvalid: () => new AwsError('ValidationError', 'Invalid Open ID Connect Provider URL'),
  /** [K] */
  thumbprintInvalid: () => invalidInput('Thumbprint must be 40 hexadecimal digits'),
  tooManyThumbprints: () => invalidInput('Thumbprint list must contain fewer than 5 entries.'),
} as const

export function invalidInput(message: string, reason?: string): AwsError {
  return new AwsError('InvalidInput', message, reason)
}

function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message)
}

function alreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message)
}

function limitExceeded(message: string): AwsError {
  return new AwsError('LimitExceeded', message)
}
