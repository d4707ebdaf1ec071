/** Which endpoint a request was sent to, by its Host header, and whether STS is activated there (F.1, F.2). */
import { type Partition, partitionOfRegion } from '../aws/facts/partitions.ts'
import { AwsError, texts } from './aws-errors.ts'

export interface Endpoint {
  /** The region in CloudTrail and `aws:RequestedRegion`. */
  readonly region: string
  /** undefined if the host does not show it, as on loopback: all of them answer there. */
  readonly partition: string | undefined
  /** The region that a signature must be scoped to; undefined: any. */
  readonly signingRegion: string | undefined
  /**
   * Whether credentials from there are valid in every region, or only in those that are enabled in every account (F.2).
   */
  readonly tokensFor: 'all-regions' | 'default-regions'
}

const GLOBAL_REGION = 'us-east-1'
const LOOPBACK: Endpoint = {
  region: GLOBAL_REGION,
  partition: undefined,
  signingRegion: undefined,
  tokensFor: 'all-regions',
}

const GLOBAL_STS = 'sts.amazonaws.com'

/** Hosts without a region: the global one of STS, and one of IAM in each partition. */
const GLOBAL_HOSTS: ReadonlyMap<string, string> = new Map([
  [GLOBAL_STS, GLOBAL_REGION],
  ['iam.amazonaws.com', GLOBAL_REGION],
  ['iam.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
  ['iam.us-gov.amazonaws.com', 'us-gov-west-1'],
  ['iam.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
])

/** The suffixes of dual-stack hosts, by partition. */
const DUALSTACK_SUFFIXES: Readonly<Record<string, string>> = {
  aws: 'api.aws',
  'aws-us-gov': 'api.aws',
  'aws-cn': 'api.amazonwebservices.com.cn',
  'aws-eusc': 'api.amazonwebservices.eu',
}

/** Enabled in every account. All others must be enabled first, which also activates their STS endpoint. */
const DEFAULT_REGIONS: ReadonlySet<string> = new Set([
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
])

/**
 * Throws InvalidAction at the global endpoint of STS, which has not all operations (boto/boto3 issue 4461 for AssumeRoot;
 * documented for GetWebIdentityToken too).
 */
export function requireRegional({ tokensFor }: Endpoint): void {
  if (tokensFor === 'default-regions')
    throw new AwsError('InvalidAction', texts.unknownOperation, 'the global endpoint')
}

const OTHER_PARTITIONS: Readonly<Record<string, readonly string[]>> = {
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-east-1', 'us-gov-west-1'],
  'aws-eusc': ['eusc-de-east-1'],
}

export interface UsableRegion {
  readonly name: string
  /** The account had to enable it. */
  readonly isOptIn: boolean
}

/** The region settings of an account. */
export interface StsRegions {
  /** Default regions whose STS endpoint was deactivated; us-east-1 cannot be. */
  readonly deactivated: readonly string[]
  /** Regions of `aws` beyond the default ones that are enabled. */
  readonly enabled: readonly string[]
}

/** Regional, FIPS and dual-stack hosts of every partition, and the global ones; anything else is loopback. */
export function endpointOf(hostHeader: string | undefined): Endpoint {
  const host = (hostHeader ?? '').toLowerCase().replace(/:\d+$/, '')
  const region = GLOBAL_HOSTS.get(host) ?? regionOf(host)
  const partition = region === undefined ? undefined : partitionOfRegion(region)
  if (region === undefined || !partition) return LOOPBACK
  const tokensFor = host === GLOBAL_STS ? 'default-regions' : 'all-regions'
  return { region, partition: partition.id, signingRegion: region, tokensFor }
}

function regionOf(host: string): string | undefined {
  const [, region = '', suffix] = /^sts(?:-fips)?\.([a-z0-9-]+)\.(.+)$/.exec(host) ?? []
  const partition = partitionOfRegion(region)
  return partition && suffixesOf(partition).includes(suffix) ? region : undefined
}

/** On this machine a region's endpoint is also `sts.eu-west-1.localhost`. */
function suffixesOf({ id, dnsSuffix }: Partition): readonly (string | undefined)[] {
  return [dnsSuffix, DUALSTACK_SUFFIXES[id], 'localhost']
}

/**
 * Whether roles of that partition are known there: partitions share nothing; if the host does not show the partition,
 * all are known.
 */
export function servesPartition({ partition }: Endpoint, ofRole: string): boolean {
  return partition === undefined || partition === ofRole
}

/** The regions that an account of the partition can use: those that are always enabled, and those that it has enabled. */
export function regionsOf(partition: string, enabled: readonly string[]): readonly UsableRegion[] {
  const always = partition === 'aws' ? [...DEFAULT_REGIONS] : (OTHER_PARTITIONS[partition] ?? [])
  return [
    ...always.map((name) => ({ name, isOptIn: false })),
    ...(partition === 'aws' ? enabled.map((name) => ({ name, isOptIn: true })) : []),
  ]
}

/** Whether an account must enable the region before using it. Other partitions have no such regions. */
export function isOptIn(region: string): boolean {
  return partitionOfRegion(region)?.id === 'aws' && !DEFAULT_REGIONS.has(region)
}

/** Throws RegionDisabledException: the account that owns the role, user or session decides. */
export function requireActiveRegion(region: string, account: string, regions: StsRegions): void {
  if (!isActive(region, regions))
    throw new AwsError('RegionDisabledException', texts.regionDisabled(account), `STS is off in ${region}`)
}

function isActive(region: string, { deactivated, enabled }: StsRegions): boolean {
  if (region === GLOBAL_REGION) return true
  if (isOptIn(region)) return enabled.includes(region)
  return !deactivated.includes(region)
}
