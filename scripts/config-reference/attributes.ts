/** Renders the attributes that go by several names as a page. */
import { attributeSynonyms } from '../../src/access/attribute-names.ts'

const intro = `# Attributes and their names

<!-- Generated from src/access/attribute-names.ts by \`npm run schema\`. Do not edit. -->

Rules, \`sessionName\`, \`sessionTags\` and \`sourceIdentity\` may call an attribute by any of the names below:
what counts is that the identity provider sends it under one of them. Names that are not below are taken as they are,
letter by letter.

Of a SAML assertion

- every attribute is known by its \`Name\`; elements of one \`Name\`, in one AttributeStatement or in several, add up in
  the order in which they stand;
- a \`FriendlyName\` is a further key to the same values, unless some attribute has it as its \`Name\` or two attributes of
  different \`Name\` share it: the standard gives it no standing, so it never shadows a \`Name\`;
- text is taken whole and as sent, spaces included; the NameID inside an eduPersonTargetedID counts as its text; other
  structured values are left out.

When a rule asks for a name, the attribute of that very name wins. Without one, the first of its synonyms that was sent
is taken, in the order of the list. Values of several synonyms are never mixed.

\`subject\` takes a name as it is, without synonyms: who somebody is must not depend on which attributes came along.
\`subject: subject-id\` and \`subject: pairwise-id\` mean SAML's subject identifier attributes, by their names in the
list; the SP metadata then requires the attribute and says so under \`urn:oasis:names:tc:SAML:profiles:subject-id:req\`.
The metadata that the gateway publishes asks for an attribute by its \`urn:oid:\` name where it has one.

`

const line = ([name = '', ...others]: readonly string[]): string =>
  `- \`${name}\`: ${others.map((other) => `\`${other}\``).join(', ')}`

export const attributeReference = (): string => `${intro}${attributeSynonyms.map(line).join('\n')}\n`
