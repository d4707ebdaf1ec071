/** Renders the configuration's JSON Schema as a file and as a page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../../src/config/schema.ts'

type Schema = ReturnType<typeof configJsonSchema>

/** schema/fedgate.schema.json */
export const configSchemaFile = (): string => `${JSON.stringify(configJsonSchema(), null, 2)}\n`

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

const children = (schema: unknown): readonly Schema[] => [schema].flat().filter(isSchema)

const typeOf = (schema: Schema): string => {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    boolean: 'true or false',
    integer: 'number',
    array: 'list',
    object: 'mapping',
  }
  return words[String(schema.type)] ?? 'mapping'
}

const fallbackOf = ({ default: value }: Schema): string =>
  value === undefined || JSON.stringify(value) === '{}'
    ? ''
    : `, default \`${typeof value === 'string' ? value : JSON.stringify(value)}\``

const line = (path: string, schema: Schema, isRequired: boolean): string => {
  const about = `\`${path}\` (${typeOf(schema)}${isRequired ? ', required' : fallbackOf(schema)})`
  return schema.description === undefined ? `- ${about}` : `- ${about}: ${schema.description}`
}

/** A line for the key and one for each below it, except below the providers, which have sections of their own. */
const lines = (path: string, schema: Schema, isRequired: boolean): readonly string[] => [
  line(path, schema, isRequired),
  ...propertyLines(`${path}.`, schema),
  ...(schema.anyOf ?? []).flatMap((form) => propertyLines(`${path}.`, form)),
  ...children(schema.items).flatMap((item) => propertyLines(`${path}[].`, item)),
  ...children(schema.additionalProperties).flatMap((each) => propertyLines(`${path}.<id>.`, each)),
]

const propertyLines = (prefix: string, { properties = {}, required = [] }: Schema): readonly string[] =>
  Object.entries(properties).flatMap(([key, schema]) =>
    isSchema(schema) ? lines(`${prefix}${key}`, schema, required.includes(key)) : [],
  )

const providerSections = ({ properties }: Schema): readonly string[] =>
  children(properties?.providers).flatMap(({ items }) =>
    children(items).flatMap(({ oneOf = [] }) =>
      oneOf.map((provider) => {
        const [protocol] = children(provider.properties?.protocol)
        const name = protocol?.const === 'saml' ? 'A SAML identity provider' : 'An OpenID provider'
        return `### ${name}\n\n${propertyLines('providers[].', provider).join('\n')}`
      }),
    ),
  )

/** docs/configuration.md */
export const configReference = (): string => {
  const schema = configJsonSchema()
  const intro = readFileSync(join(import.meta.dirname, 'intro.md'), 'utf8').trimEnd()
  return `${[intro, propertyLines('', schema).join('\n'), ...providerSections(schema)].join('\n\n')}\n`
}
