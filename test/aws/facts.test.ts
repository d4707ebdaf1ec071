import { describe, expect, it } from 'vitest'
import {
  federationEndpoint,
  isAwsSamlAudience,
  isAwsSamlRecipient,
  partitionById,
  partitionOfRegion,
  samlRecipient,
  stsEndpoint,
} from '../../src/aws/facts/partitions.ts'

describe('The partition of a region (aws-facts F.1)', () => {
  it.each([
    ['us-east-1', 'aws'],
    ['ap-southeast-2', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['aws-global', undefined],
    ['', undefined],
  ])('the partition of %s is %s', (region, id) => {
    expect(partitionOfRegion(region)?.id).toBe(id)
  })
})

describe('The STS endpoint (F.1)', () => {
  it.each([
    ['eu-west-1', false, 'https://sts.eu-west-1.amazonaws.com'],
    ['us-east-1', true, 'https://sts-fips.us-east-1.amazonaws.com'],
    ['us-west-2', true, 'https://sts-fips.us-west-2.amazonaws.com'],
    ['eu-west-1', true, undefined],
    ['cn-north-1', true, undefined],
    ['us-gov-west-1', true, 'https://sts.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', false, 'https://sts.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', false, 'https://sts.eusc-de-east-1.amazonaws.eu'],
    ['nowhere', false, undefined],
  ])('the STS endpoint of %s, FIPS %s, is %s', (region, fips, endpoint) => {
    expect(stsEndpoint(region, { fips })).toBe(endpoint)
  })
})

describe('A Recipient (B.5)', () => {
  it.each([
    ['https://signin.aws.amazon.com/saml', true],
    ['https://eu-west-1.signin.aws.amazon.com/saml', true],
    ['https://signin.aws.amazon.com/static/saml', true],
    ['https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSP4HBHFUCLL5OMYXB2', true],
    ['https://signin.amazonaws.cn/saml', false],
    ['https://signin.amazonaws-us-gov.com/saml', false],
    ['https://cn-north-1.signin.aws.amazon.com/saml', false],
    ['http://signin.aws.amazon.com/saml', false],
    ['https://signin.aws.amazon.com/saml/', false],
    ['https://evil-signin.aws.amazon.com/saml', false],
    ['https://signin.aws.amazon.com.evil.example/saml', false],
    ['https://evil.example/signin.aws.amazon.com/saml', false],
  ])("%s is AWS's: %s", (recipient, ours) => {
    expect(isAwsSamlRecipient(recipient, 'aws')).toBe(ours)
  })

  it.each([
    ['aws-cn', 'https://signin.amazonaws.cn/saml'],
    ['aws-cn', 'https://cn-north-1.signin.amazonaws.cn/saml'],
    ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/saml'],
  ])('%s has one of its own, %s, and not that of another partition', (partition, recipient) => {
    expect(isAwsSamlRecipient(recipient, partition)).toBe(true)
    expect(isAwsSamlRecipient('https://signin.aws.amazon.com/saml', partition)).toBe(false)
  })
})

describe('An Audience (B.5)', () => {
  it.each([
    ['aws', 'urn:amazon:webservices', true],
    ['aws', 'https://signin.aws.amazon.com/saml', true],
    ['aws', 'urn:amazon:webservices:govcloud', false],
    ['aws', 'https://signin.amazonaws.cn/saml', false],
    ['aws-us-gov', 'urn:amazon:webservices:govcloud', true],
    ['aws-cn', 'urn:amazon:webservices:cn-north-1', true],
    ['aws-cn', 'https://signin.amazonaws.cn/saml', true],
    ['aws-cn', 'urn:amazon:webservices', false],
    ['aws', 'urn:amazon:webservices/', false],
    ['aws', 'URN:amazon:webservices', false],
  ])("%s, %s is AWS's: %s", (partition, audience, ours) => {
    expect(isAwsSamlAudience(audience, partition)).toBe(ours)
  })
})

it('Sign-in of a partition is one host for pages and recipients', () => {
  const china = partitionById('aws-cn')
  expect(china && federationEndpoint(china)).toBe('https://signin.amazonaws.cn/federation')
  expect(china && federationEndpoint(china, 'cn-north-1')).toBe('https://cn-north-1.signin.amazonaws.cn/federation')
  expect(china && samlRecipient(china)).toBe('https://signin.amazonaws.cn/saml')
})
