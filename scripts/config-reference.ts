/**
 * Writes what is generated from the configuration's schema: schema/fedgate.schema.json for editors and
 * docs/configuration.md for people. `npm run schema` runs it; a test says when they are out of date.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configReference, configSchemaFile } from './config-reference/render.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'schema/fedgate.schema.json'), configSchemaFile())
writeFileSync(join(root, 'docs/configuration.md'), configReference())
