/**
 * Writes what is generated from the source: schema/fedgate.schema.json for editors, and docs/configuration.md,
 * docs/attributes.md, docs/errors.md, docs/checks.md, docs/condition-keys.md, docs/providers/README.md, docs/threat-model.md, the tables of docs/monitoring.md and the walks of docs/architecture.md for people. `npm run
 * schema` runs it; a test says when one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attributeReference } from './config-reference/attributes.ts'
import { awsFactReference } from './config-reference/aws-facts.ts'
import { checkReference } from './config-reference/checks.ts'
import { conditionKeyReference } from './config-reference/condition-keys.ts'
import { errorReference } from './config-reference/errors.ts'
import { factReference } from './config-reference/local-aws-facts.ts'
import { withMonitoringTables } from './config-reference/monitoring.ts'
import { providerReference } from './config-reference/providers.ts'
import { configReference, configSchemaFile } from './config-reference/render.ts'
import { samlPresetReference } from './config-reference/saml-presets.ts'
import { threatModelReference } from './config-reference/threat-model.ts'
import { trustPolicyReference } from './config-reference/trust-policies.ts'
import { withWalks } from './config-reference/walks.ts'

const root = join(import.meta.dirname, '..')
writeFileSync(join(root, 'schema/fedgate.schema.json'), configSchemaFile())
writeFileSync(join(root, 'docs/configuration.md'), configReference())
writeFileSync(join(root, 'docs/attributes.md'), attributeReference())
writeFileSync(join(root, 'docs/errors.md'), await errorReference())
writeFileSync(join(root, 'docs/checks.md'), checkReference())
writeFileSync(join(root, 'docs/condition-keys.md'), conditionKeyReference())
writeFileSync(join(root, 'docs/aws-facts.md'), awsFactReference())
writeFileSync(join(root, 'docs/local-aws-facts.md'), factReference())
writeFileSync(join(root, 'docs/threat-model.md'), threatModelReference())
writeFileSync(join(root, 'docs/trust-policies.md'), trustPolicyReference())
writeFileSync(join(root, 'docs/providers/saml.md'), samlPresetReference())
writeFileSync(join(root, 'docs/providers/README.md'), providerReference())

const architecture = join(root, 'docs/architecture.md')
writeFileSync(architecture, withWalks(readFileSync(architecture, 'utf8')))

const monitoring = join(root, 'docs/monitoring.md')
writeFileSync(monitoring, withMonitoringTables(readFileSync(monitoring, 'utf8')))
