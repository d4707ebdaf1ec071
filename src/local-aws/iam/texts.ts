/**
 * What IAM says where it refuses. Texts marked [K] are not confirmed by a recorded answer (the codes and statuses are
 * the service model's); those on SAML providers are the titles of AWS's troubleshooting page.
 */
import { AwsError } from '../aws-errors.ts'

const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message)
const alreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message)
const limitExceeded = (message: string): AwsError => new AwsError('LimitExceeded', message)

export const invalidInput = (message: string, reason?: string): AwsError =>
  new AwsError('InvalidInput', message, reason)

export const refusals = {
  /** [K] */
  noRole: (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`),
  /** [K] */
  roleExists: (name: string) => alreadyExists(`Role with name ${name} already exists.`),
  /** [K] */
  rolePolicies: () => new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.'),
  /** [K] */
  noRolePolicy: (name: string) => noSuchEntity(`The role policy with name ${name} cannot be found.`),
  /** [K] */
  quota: (name: string, most: number) => limitExceeded(`Cannot exceed quota for ${name}: ${most}`),
  /** [K] */
  policiesTooLarge: (role: string, most: number) =>
    limitExceeded(`Maximum policy size of ${most} bytes exceeded for role ${role}`),
  /** [K] */
  sharedIssuer: (key: string) =>
    new AwsError('MalformedPolicyDocument', `Missing required condition on ${key} for a shared identity provider`),
  /** [K] */
  boundary: () => invalidInput('Permissions boundaries are not supported by the local AWS.'),
  /** [K] */
  duplicateTags: () => invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  /** [K] */
  markerInvalid: () => new AwsError('ValidationError', 'Invalid Marker.'),
  /** [K] */
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
  /** [K] */
  noOidcProvider: (arn: string) => noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`),
  oidcProviderExists: (url: string) => alreadyExists(`Provider with url ${url} already exists.`),
  clientIdInvalid: () => invalidInput('A client ID has characters that no answer can carry'),
  /** [K] */
  urlInvalid: () => invalidInput('Invalid Open ID Connect Provider URL'),
  /** [K] */
  thumbprintInvalid: () => invalidInput('Thumbprint must be 40 hexadecimal digits'),
  /** [K] */
  tooManyThumbprints: () => invalidInput('Thumbprint list must contain fewer than 5 entries.'),
} as const
