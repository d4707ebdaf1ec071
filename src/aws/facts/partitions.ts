/**
 * aws owns what AWS publishes, as data (partitions with their hosts here, limits in limits.ts), and the calls to it.
 * Everything that differs between AWS, China and GovCloud is a column here and nowhere else.
 */
export interface Partition {
  /** The second part of every ARN: `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly id: string
  /** The region of the partition's global endpoints, and the default when no region is known. */
  readonly defaultRegion: string
  readonly regionPattern: RegExp
  /** Suffix of regional service hosts, `amazonaws.com`. */
  readonly dnsSuffix: string
  /** The sign-in page's host; regional forms put `{region}.` before it. */
  readonly signInHost: string
  readonly consoleHost: string
  /** AWS's own entityID: the Audience that an assertion for AWS must contain. */
  readonly audience: string
}

export const partitions: readonly Partition[] = [
  {
    id: 'aws-cn',
    defaultRegion: 'cn-north-1',
    regionPattern: /^cn-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com.cn',
    signInHost: 'signin.amazonaws.cn',
    consoleHost: 'console.amazonaws.cn',
    audience: 'urn:amazon:webservices:cn-north-1',
  },
  {
    id: 'aws-us-gov',
    defaultRegion: 'us-gov-west-1',
    regionPattern: /^us-gov-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com',
    signInHost: 'signin.amazonaws-us-gov.com',
    consoleHost: 'console.amazonaws-us-gov.com',
    audience: 'urn:amazon:webservices:govcloud',
  },
  {
    id: 'aws-eusc',
    defaultRegion: 'eusc-de-east-1',
    regionPattern: /^eusc-[a-z]{2}-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.eu',
    signInHost: 'signin.amazonaws-eusc.eu',
    consoleHost: 'console.amazonaws-eusc.eu',
    audience: 'urn:amazon:webservices',
  },
  {
    id: 'aws',
    defaultRegion: 'us-east-1',
    regionPattern: /^[a-z]{2}-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com',
    signInHost: 'signin.aws.amazon.com',
    consoleHost: 'console.aws.amazon.com',
    audience: 'urn:amazon:webservices',
  },
]

/** The regions with FIPS hosts of their own. */
const FIPS_REGIONS: ReadonlySet<string> = new Set(['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'])

/** GovCloud's ordinary hosts are FIPS already. */
const FIPS_PARTITION = 'aws-us-gov'

/** undefined for a partition that is not in the table. */
export function partitionById(id: string): Partition | undefined {
  return partitions.find((partition) => partition.id === id)
}

/** undefined for a text that is not the name of a region, and for `aws-global`. */
export function partitionOfRegion(region: string): Partition | undefined {
  return partitions.find(({ regionPattern }) => regionPattern.test(region))
}

/** The regional STS endpoint, without a trailing slash; undefined for an unknown region, or one without FIPS. */
export function stsEndpoint(region: string, { fips = false } = {}): string | undefined {
  const partition = partitionOfRegion(region)
  if (!partition) return undefined
  const hasOwnHost = FIPS_REGIONS.has(region)
  if (fips && !hasOwnHost && partition.id !== FIPS_PARTITION) return undefined
  const host = fips && hasOwnHost ? 'sts-fips' : 'sts'
  return `https://${host}.${region}.${partition.dnsSuffix}`
}

/** The federation endpoint of AWS sign-in (`Action=getSigninToken`, `Action=login`). */
export function federationEndpoint({ signInHost }: Partition, region?: string): string {
  return `https://${region === undefined ? '' : `${region}.`}${signInHost}/federation`
}

/** The Recipient of an assertion for AWS: the partition's assertion consumer service. */
export function samlRecipient({ signInHost }: Partition): string {
  return `https://${signInHost}/saml`
}

/** Whether AWS itself listens at this URL in that partition: global or regional, with or without the provider's ID. */
export function isAwsSamlRecipient(recipient: string, partitionId: string): boolean {
  const match = /^https:\/\/([a-z0-9.-]+)(?:\/saml|\/saml\/acs\/[A-Za-z0-9-]+|\/static\/saml)$/.exec(recipient)
  const host = match?.[1]
  const partition = partitionById(partitionId)
  return host !== undefined && partition !== undefined && isSignInHost(host, partition)
}

function isSignInHost(host: string, { id, signInHost }: Partition): boolean {
  return (
    host === signInHost ||
    (host.endsWith(`.${signInHost}`) && partitionOfRegion(host.slice(0, -signInHost.length - 1))?.id === id)
  )
}

/**
 * The Audience values that AWS accepts there: the partition's entityID, or the URL of its assertion consumer service.
 */
export function isAwsSamlAudience(audience: string, partitionId: string): boolean {
  return partitionById(partitionId)?.audience === audience || isAwsSamlRecipient(audience, partitionId)
}
