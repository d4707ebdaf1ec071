/** Renders the attributes that go by several names as a page. */
import { attributeSynonyms } from '../../src/access/attribute-names.ts'

const intro = `# Attributes and their names

<!-- Generated from src/access/attribute-names.ts by \`npm run schema\`. Do not edit. -->

Rules, \`sessionName\`, \`sessionTags\` and \`sourceIdentity\` can use any of the names below for an attribute, whichever of them
the identity provider sends. All other names must match exactly.

In a SAML assertion

- every attribute is identified by its \`Name\`; the values of several elements with the same \`Name\`, in one AttributeStatement
  or more, are combined in document order;
- a \`FriendlyName\` is a further key to the same values, unless some attribute has it as its \`Name\` or two attributes of
  different \`Name\` share it: the standard assigns it no meaning, so it never replaces a \`Name\`;
- values are used as sent, including spaces; of an eduPersonTargetedID the text of its NameID is used; other structured values
  are ignored.

If the provider sent an attribute with exactly the name in the rule, that one is used; otherwise the first of its synonyms that
was sent, in the order of the list. Values of several synonyms are never combined.

\`subject\` uses a name exactly, without synonyms: a user's identity must not depend on which other attributes were sent.
\`subject: subject-id\` and \`subject: pairwise-id\` mean SAML's subject identifier attributes, by their names in the
list; the SP metadata then requires the attribute, under \`urn:oasis:names:tc:SAML:profiles:subject-id:req\`.
The metadata that the gateway publishes asks for an attribute by its \`urn:oid:\` name where it has one.

`

const line = ([name = '', ...others]: readonly string[]): string =>
  `- \`${name}\`: ${others.map((other) => `\`${other}\``).join(', ')}`

export const attributeReference = (): string => `${intro}${attributeSynonyms.map(line).join('\n')}\n`
