import type { ExchangeActivity } from './activity.ts'

/** What a shell takes as it stands: AWS's own ids and regions are nothing else. */
const PLAIN = /^[A-Za-z0-9-]+$/

/** The AWS CLI's command for what was done with those credentials in that region; it has to run with access to CloudTrail. */
export const cloudTrailQuery = ({ accessKeyId, region }: Pick<ExchangeActivity, 'accessKeyId' | 'region'>): string => {
  if (!PLAIN.test(accessKeyId) || !PLAIN.test(region)) return ''
  const attribute = `AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`
  return `aws cloudtrail lookup-events --region ${region} --lookup-attributes ${attribute}`
}
