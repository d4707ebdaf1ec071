/** The local AWS as an STS client uses it: AssumeRoleWithSAML by the Query protocol. */
import { parseXml } from '../../xml/parse.ts'
import type { XmlElement } from '../../xml/tree.ts'
import { type Answer, form, send } from './answer.ts'

export interface AwsRole {
  readonly roleArn: string
  /** The SAML provider with this identity provider's metadata. */
  readonly providerArn: string
}

/** Calls STS with the message, base64 of the whole Response. Credentials in its response are discarded. */
export async function awsAnswer(sts: string, { roleArn, providerArn }: AwsRole, message: string): Promise<Answer> {
  const { status, body } = await send(
    sts,
    form({
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: roleArn,
      PrincipalArn: providerArn,
      SAMLAssertion: message,
    }),
  )
  const answer = parseXml(body)
  const arn = textOf(answer, 'Arn')
  if (arn !== undefined) return { accepted: true, status, says: `Credentials of ${arn}.` }
  const code = textOf(answer, 'Code')
  return {
    accepted: false,
    status,
    says: textOf(answer, 'Message') ?? 'An answer without a message.',
    ...(code === undefined ? {} : { code }),
  }
}

function textOf(root: XmlElement, name: string): string | undefined {
  if (root.local === name) return root.children.filter((child) => typeof child === 'string').join('')
  for (const child of root.children) {
    const found = typeof child === 'string' ? undefined : textOf(child, name)
    if (found !== undefined) return found
  }
  return undefined
}
