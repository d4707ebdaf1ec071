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

describe('The partition of a region (aws-sts-semantics F.1)', () => {
  it.each([
    ['us-east-1', 'aws'],
    ['ap-southeast-2', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['aws-global', undefined],
    ['', undefined],
  ])('%s: %s', (region, id) => {
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
  ])('of %s, FIPS %s: %s', (region, fips, endpoint) => {
    expect(stsEndpoint(region, { fips })).toBe(endpoint)
  })
})

describe('A Recipient (B.5)', () => {
  it.each([
    ['https://signin.aws.amazon.com/saml', true],
    ['https://eu-west-1.signin.aws.amazon.com/saml', true],
    ['https://signin.aws.amazon.com/static/saml', true],
    ['https://eu-west-1.signin.aws.amazon.com/saml/acs/SAMLSP4HBHFUCLL5OMYXB2', true],
    ['https://signin.amazonaws.cn/saml', true],
    ['https://signin.amazonaws-us-gov.com/saml', true],
    ['http://signin.aws.amazon.com/saml', false],
    ['https://signin.aws.amazon.com/saml/', false],
    ['https://evil-signin.aws.amazon.com/saml', false],
    ['https://signin.aws.amazon.com.evil.example/saml', false],
    ['https://evil.example/signin.aws.amazon.com/saml', false],
  ])("%s is AWS's: %s", (recipient, ours) => {
    expect(isAwsSamlRecipient(recipient)).toBe(ours)
  })
})

describe('An Audience (B.5)', () => {
  it.each([
    ['urn:amazon:webservices', true],
    ['urn:amazon:webservices:govcloud', true],
    ['urn:amazon:webservices:cn-north-1', true],
    ['https://signin.amazonaws.cn/saml', true],
    ['urn:amazon:webservices/', false],
    ['URN:amazon:webservices', false],
  ])("%s is AWS's: %s", (audience, ours) => {
    expect(isAwsSamlAudience(audience)).toBe(ours)
  })
})

it('Sign-in of a partition is one host for pages and recipients', () => {
  const china = partitionById('aws-cn')
  expect(china && federationEndpoint(china)).toBe('https://signin.amazonaws.cn/federation')
  expect(china && federationEndpoint(china, 'cn-north-1')).toBe('https://cn-north-1.signin.amazonaws.cn/federation')
  expect(china && samlRecipient(china)).toBe('https://signin.amazonaws.cn/saml')
})
