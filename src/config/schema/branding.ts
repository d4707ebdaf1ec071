/** How the gateway's pages look and what they tell users: the organization's own name, logo, colour and words. */
import { z } from 'zod'
import { path, text } from './values.ts'

const link = text('an https URL or a mailto: link', /^(?:https:\/\/|mailto:)[^\s]+$/)

export const branding = z.strictObject({
  name: text('a name of at most 60 characters', /^(?=.*\S).{1,60}$/u)
    .optional()
    .describe('Name of the service, in the title and the header of each page. Default: fedgate.'),
  logo: path('an SVG or PNG file')
    .optional()
    .describe('Logo beside the name: an SVG or PNG file of at most 200 kB, shown 32 pixels high.'),
  color: text('a colour such as "#0b5fff", in quotes', /^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)
    .optional()
    .describe(
      'Colour of buttons and links. Where it is too close to the background to be read (contrast below 4.5:1), a darker or lighter shade of it is used, in light and in dark mode each; `fedgate check` names the shades.',
    ),
  support: link
    .optional()
    .describe('Where users get help: an https URL or a mailto: link, at the foot of each page and on error pages.'),
  notice: text('a text, or the path of a .md or .txt file')
    .optional()
    .describe(
      'What users must see before they sign in, such as a consent banner: a text, or the path of a Markdown or text file (`.md`, `.txt`) of at most 20 kB. With a notice, the sign-in page is shown even if there is only one provider.',
    ),
  legal: z
    .strictObject({
      text: text('a text of at most 500 characters', /^(?=[\s\S]*\S)[\s\S]{1,500}$/u)
        .optional()
        .describe('A sentence at the foot of each page, such as the name of the operator.'),
      links: z
        .record(z.string().regex(/^(?=.*\S).{1,60}$/u, { error: 'the text of a link' }), link)
        .default({})
        .describe('Links at the foot of each page, by their text: `Privacy: https://…`.'),
    })
    .optional()
    .describe('Legal text and links, at the foot of each page.'),
})
