/** What a federation's registrar wants to find in the metadata that the gateway publishes. */
import { z } from 'zod'
import { flag, text, wholeNumber } from './values.ts'

const url = text('an https URL', /^https:\/\/[^\s]+$/)
const email = text('an e-mail address', /^[^\s@:]+@[^\s@]+$/)

const contactWithName = z.strictObject({
  name: text('a name').optional().describe('Name of the team or person.'),
  email: email.describe('E-mail address, better of a team than of a person.'),
})

const logo = z.strictObject({
  url: url.describe('https URL of a PNG, JPEG or GIF.'),
  width: wholeNumber('a width in pixels', 1, 10_000).describe('In pixels.'),
  height: wholeNumber('a height in pixels', 1, 10_000).describe('In pixels.'),
  language: text('a language such as en', languageTag())
    .optional()
    .describe('Language of the logo. Default: none, for all languages.'),
})

export const federation = z.strictObject({
  displayName: localized(text('a name')).describe('Name of the service (`mdui:DisplayName`).'),
  description: localized(text('a description'))
    .optional()
    .describe('What the service is for, in one or two sentences (`mdui:Description`).'),
  informationUrl: localized(url).optional().describe('Page about the service (`mdui:InformationURL`).'),
  privacyStatementUrl: localized(url)
    .optional()
    .describe('Page about what happens to personal data (`mdui:PrivacyStatementURL`).'),
  logos: z.array(logo).default([]).describe('Logos of the service (`mdui:Logo`).'),
  organization: z
    .strictObject({
      name: localized(text('a name')).describe('Official name.'),
      displayName: localized(text('a name')).optional().describe('Name to show. Default: `name`.'),
      url: localized(url).describe('Home page.'),
    })
    .describe('The organization that runs the gateway.'),
  contacts: z
    .strictObject({
      technical: contacts().describe('For questions about the metadata and about failing sign-ins.'),
      support: contacts().optional().describe('For users.'),
      administrative: contacts().optional().describe('For everything about the membership.'),
      security: contacts().optional().describe('For security incidents (REFEDS security contact). Sirtfi requires it.'),
    })
    .describe('Contacts, each an e-mail address, `{ name, email }`, or a list of these.'),
  entityCategories: z
    .array(text('an entity category: a URI or a short name'))
    .default([])
    .describe(
      'Entity categories that the registrar has granted or that you declare: URIs, or `research-and-scholarship`, `code-of-conduct`, `personalized`, `pseudonymous`, `anonymous`.',
    ),
  sirtfi: flag()
    .default(false)
    .describe('You follow Sirtfi, the security incident response framework: adds the assurance certification.'),
  subjectId: z
    .enum(['subject-id', 'pairwise-id', 'any', 'none'])
    .optional()
    .describe(
      "Subject identifier attribute that the metadata requires (`subject-id:req`). Default: the provider's `subject`, else what the entity category implies.",
    ),
})

/** One text, which is English, or a text for each language. */
function localized(one: z.ZodType<string>) {
  return z.union([one, z.record(z.string().regex(languageTag(), { error: 'a language such as en or de-CH' }), one)], {
    error: 'a text, or a text for each language such as { en: …, de: … }',
  })
}

/** RFC 5646, as far as metadata uses it. */
function languageTag(): RegExp {
  return /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/
}

function contacts() {
  const one = z.union([email, contactWithName], { error: 'an e-mail address, or { name, email }' })
  return z.union([one, z.array(one).min(1, { error: 'at least one contact' })], {
    error: 'an e-mail address, { name, email }, or a list of these',
  })
}
