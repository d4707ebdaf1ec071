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
  if (schema.anyOf) return 'text or a list'
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    boolean: 'true or false',
    integer: 'number',
    array: 'list',
    object: 'mapping',
  }
  return words[String(schema.type)] ?? 'mapping'
}

const defaultOf = ({ default: value }: Schema): string =>
  value === undefined || JSON.stringify(value) === '{}'
    ? ''
    : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const row = (path: string, schema: Schema, isRequired: boolean): string => {
  const fallback = isRequired ? 'required' : defaultOf(schema)
  return `| \`${path}\` | ${cell(typeOf(schema))} | ${cell(fallback)} | ${cell(schema.description ?? '')} |`
}

/** A row for the key and one for everything below it, except below the providers, which have sections of their own. */
const rows = (path: string, schema: Schema, isRequired: boolean): readonly string[] => [
  row(path, schema, isRequired),
  ...propertyRows(`${path}.`, schema),
  ...children(schema.items).flatMap((item) => propertyRows(`${path}[].`, item)),
  ...children(schema.additionalProperties).flatMap((each) => propertyRows(`${path}.<id>.`, each)),
]

const propertyRows = (prefix: string, { properties = {}, required = [] }: Schema): readonly string[] =>
  Object.entries(properties).flatMap(([key, schema]) =>
    isSchema(schema) ? rows(`${prefix}${key}`, schema, required.includes(key)) : [],
  )

const table = (lines: readonly string[]): string =>
  ['| key | value | default | |', '| --- | --- | --- | --- |', ...lines].join('\n')

const providerSections = ({ properties }: Schema): readonly string[] =>
  children(properties?.providers).flatMap(({ items }) =>
    children(items).flatMap(({ oneOf = [] }) =>
      oneOf.map((provider) => {
        const [protocol] = children(provider.properties?.protocol)
        const name = protocol?.const === 'saml' ? 'A SAML identity provider' : 'An OpenID provider'
        return `### ${name}\n\n${table(propertyRows('providers[].', provider))}`
      }),
    ),
  )

/** docs/configuration.md */
export const configReference = (): string => {
  const schema = configJsonSchema()
  const intro = readFileSync(join(import.meta.dirname, 'intro.md'), 'utf8').trimEnd()
  return `${[intro, table(propertyRows('', schema)), ...providerSections(schema)].join('\n\n')}\n`
}
