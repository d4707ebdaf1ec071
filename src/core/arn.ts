/** Amazon Resource Names of IAM, taken apart: `arn:partition:service:region:account:resource`. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

export interface RoleArn {
  readonly arn: string
  readonly partition: string
  readonly account: string
  /** The name without its path, as in the ARN of the assumed role. */
  readonly name: string
  /** `/` or `/team/x/`. */
  readonly path: string
}

const ROLE = /^role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/

/** undefined for what is not an ARN of six parts. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([a-z][a-z0-9-]*):([a-z0-9-]+):([a-z0-9-]*):([0-9]*):(.+)$/s.exec(text)
  if (!match) return undefined
  const [, partition = '', service = '', region = '', account = '', resource = ''] = match
  return { partition, service, region, account, resource }
}

/** undefined for what is not the ARN of an IAM role. */
export function parseRoleArn(text: string): RoleArn | undefined {
  const arn = parseArn(text)
  const role =
    arn?.service === 'iam' && arn.region === '' && /^\d{12}$/.test(arn.account) ? ROLE.exec(arn.resource) : null
  if (!arn || !role) return undefined
  const [, path = '/', name = ''] = role
  return { arn: text, partition: arn.partition, account: arn.account, name, path }
}

/** The ARN of the SAML provider that an account must have registered. */
export function samlProviderArn(partition: string, account: string, name: string): string {
  return `arn:${partition}:iam::${account}:saml-provider/${name}`
}

/** The ARN of the OpenID provider that an account must have registered: the issuer without its scheme. */
export function oidcProviderArn(partition: string, account: string, issuer: string): string {
  return `arn:${partition}:iam::${account}:oidc-provider/${issuerHostPath(issuer)}`
}

/**
 * The issuer as IAM writes it, in ARNs and as the prefix of condition keys: without scheme and trailing slash, with its
 * path.
 */
export function issuerHostPath(issuer: string): string {
  const from = issuer.startsWith('https://') ? 'https://'.length : issuer.startsWith('http://') ? 'http://'.length : 0
  return issuer.slice(from, issuer.endsWith('/') ? -1 : undefined)
}

/** ARNs separated by commas, surrounding spaces ignored. The name of a role may itself contain a comma. */
export function listedArns(text: string): readonly string[] {
  return text.split(/,(?=\s*arn:)/).map((arn) => arn.trim())
}
