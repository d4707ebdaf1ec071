/** Where a console may open: at services by name, at pages of the partition's own console, and nowhere else. */
import { describe, expect, it } from 'vitest'
import { consoleDestination, consoleHome, parseConsolePage } from '../../src/aws/console-page.ts'
import { consoleServices } from '../../src/aws/facts/console-services.ts'
import { partitionById, partitions } from '../../src/aws/facts/partitions.ts'

const partition = (id: string) => {
  const found = partitionById(id)
  if (!found) throw new Error(id)
  return found
}
const aws = partition('aws')

describe('a page of the console', () => {
  it.each([
    ['aws', 'https://console.aws.amazon.com/s3/home?region=eu-west-1'],
    ['aws', 'https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:'],
    ['aws', 'https://s3.console.aws.amazon.com/s3/buckets/a-bucket'],
    ['aws-cn', 'https://cn-north-1.console.amazonaws.cn/'],
    ['aws-us-gov', 'https://console.amazonaws-us-gov.com/'],
    ['aws-eusc', 'https://eusc-de-east-1.console.amazonaws-eusc.eu/'],
  ])('a page of the console of %s is accepted unchanged: %s', (id, url) => {
    expect(parseConsolePage(url)).toEqual({ url, partition: partition(id) })
  })

  it('a page of the console that was copied in one of several sessions is that page in any session, and tells its account', () => {
    const pasted =
      'https://111122223333-ab12cd34.eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions'
    expect(parseConsolePage(pasted)).toEqual({
      url: 'https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions',
      partition: aws,
      account: '111122223333',
    })
  })

  it('a page of the console may have been pasted with spaces around it, in capitals, or with a name in a path that is not in ASCII', () => {
    expect(parseConsolePage(' HTTPS://Console.AWS.Amazon.com/s3/ü\n')?.url).toBe(
      'https://console.aws.amazon.com/s3/%C3%BC',
    )
  })

  it('keeps what its fragment says, which is where most consoles say what they show', () => {
    const url =
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home#logsV2:log-groups/log-group/$252Faws$252Flambda'
    expect(parseConsolePage(url)?.url).toBe(url)
  })

  it.each([
    'http://console.aws.amazon.com/',
    'https://console.aws.amazon.com.evil.example/',
    'https://evilconsole.aws.amazon.com/',
    'https://console.aws.amazon.com@evil.example/',
    'https://user@console.aws.amazon.com/',
    'https://user:secret@console.aws.amazon.com/',
    'https://@console.aws.amazon.com/',
    'https://console.aws.amazon.com\\@evil.example/',
    'https:\\\\console.aws.amazon.com/',
    'https:console.aws.amazon.com/',
    'https:/console.aws.amazon.com/',
    'https:///console.aws.amazon.com/',
    'https://console.aws.amazon.com/\t@evil.example/',
    'https://console.aws.amazon.com/a b',
    'https://console.aws.amazon.com:8443/',
    'https://console.aws.amazon.com:443/',
    'https://console.aws.amazon.com./',
    'https://.console.aws.amazon.com/',
    'https://a.b.console.aws.amazon.com/',
    'https://a_b.console.aws.amazon.com/',
    'https://ｃonsole.aws.amazon.com/',
    'https://console.aws.amazon.com／evil/',
    'https://console。aws.amazon.com/',
    'https://сonsole.aws.amazon.com/',
    'https://console.aws.amazon%2ecom/',
    'https://console.aws.amazon.com%00.evil.example/',
    'https://console.xn--aws.amazon.com/',
    'https://evil.example/?console.aws.amazon.com',
    'https://evil.example/#.console.aws.amazon.com',
    'https://signin.aws.amazon.com/federation?Action=login',
    'https://aws.amazon.com/',
    '//console.aws.amazon.com/',
    '/console/home',
    'console.aws.amazon.com',
    'javascript:alert(1)//https://console.aws.amazon.com/',
    'data:text/html,https://console.aws.amazon.com/',
    `https://console.aws.amazon.com/${'a'.repeat(2048)}`,
    '',
  ])('a page of the console is not found at %j', (url) => {
    expect(parseConsolePage(url)).toBeUndefined()
  })
})

describe('the console of a role', () => {
  it('opens at home, in the region, where nothing is wanted', () => {
    expect(consoleDestination(partition('aws-cn'), 'cn-north-1', ' ')).toBe(
      'https://console.amazonaws.cn/console/home?region=cn-north-1',
    )
  })

  it('opens at a service by its name, in any case', () => {
    for (const name of ['s3', 'S3', ' s3 '])
      expect(consoleDestination(aws, 'eu-west-1', name)).toBe('https://console.aws.amazon.com/s3/home?region=eu-west-1')
  })

  it('opens at no page of another partition', () => {
    expect(consoleDestination(aws, 'eu-west-1', 'https://console.amazonaws.cn/')).toBeUndefined()
    expect(consoleDestination(partition('aws-cn'), 'cn-north-1', 'https://console.aws.amazon.com/')).toBeUndefined()
  })

  it.each(['s4', '__proto__', 'constructor', 's3/../..', '//evil.example'])('opens at no service called %s', (name) => {
    expect(consoleDestination(aws, 'eu-west-1', name)).toBeUndefined()
  })
})

it.each(partitions)('takes the pages that it makes itself, in $id', (each) => {
  for (const path of [undefined, ...consoleServices.map((service) => service.path)]) {
    const url = consoleHome(each, each.defaultRegion, path)
    expect(parseConsolePage(url)).toEqual({ url, partition: each })
  }
})
