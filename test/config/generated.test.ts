import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attributeReference } from '../../scripts/config-reference/attributes.ts'
import { checkReference } from '../../scripts/config-reference/checks.ts'
import { conditionKeyReference } from '../../scripts/config-reference/condition-keys.ts'
import { errorReference } from '../../scripts/config-reference/errors.ts'
import { withMonitoringTables } from '../../scripts/config-reference/monitoring.ts'
import { providerReference } from '../../scripts/config-reference/providers.ts'
import { configReference, configSchemaFile } from '../../scripts/config-reference/render.ts'
import { samlPresetReference } from '../../scripts/config-reference/saml-presets.ts'
import { trustPolicyReference } from '../../scripts/config-reference/trust-policies.ts'
import { auditErrors } from '../../src/audit/errors.ts'
import { cognitoErrors, stsErrors } from '../../src/aws/errors.ts'
import { kmsErrors } from '../../src/aws/kms/errors.ts'
import { catalogErrors } from '../../src/catalog/errors.ts'
import { accessReportErrors } from '../../src/cli/access/errors.ts'
import { auditCommandErrors } from '../../src/cli/audit/errors.ts'
import { pullErrors } from '../../src/cli/catalog/errors.ts'
import { checkErrors, explainErrors, revokeErrors, startErrors, trustPolicyErrors } from '../../src/cli/errors.ts'
import { keysErrors } from '../../src/cli/keys/errors.ts'
import { awsFacts } from '../../src/cli/load-config.ts'
import { rehearseErrors } from '../../src/cli/rehearse/errors.ts'
import { configErrors } from '../../src/config/errors.ts'
import { parseConfig } from '../../src/config/load.ts'
import { gatewayErrors } from '../../src/gateway/errors.ts'
import { iamErrors } from '../../src/iam/errors.ts'
import { issuerErrors } from '../../src/issuer/errors.ts'
import { localAwsErrors } from '../../src/local-aws/errors.ts'
import { accessTokenErrors } from '../../src/oauth/errors.ts'
import { oidcErrors } from '../../src/oidc/errors.ts'
import { samlErrors } from '../../src/saml/errors.ts'
import { storeErrors } from '../../src/stores/errors.ts'
import { webErrors } from '../../src/web/errors.ts'

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')

describe('what is generated from the source (npm run schema)', () => {
  it('schema/fedgate.schema.json is current', () => {
    expect(read('schema/fedgate.schema.json')).toBe(configSchemaFile())
  })

  it('docs/configuration.md is current', () => {
    expect(read('docs/configuration.md')).toBe(configReference())
  })

  it('docs/attributes.md is current', () => {
    expect(read('docs/attributes.md')).toBe(attributeReference())
  })

  it('docs/monitoring.md has the metrics, labels and alerts that there are', () => {
    expect(read('docs/monitoring.md')).toBe(withMonitoringTables(read('docs/monitoring.md')))
  })

  it('docs/errors.md is current', async () => {
    expect(read('docs/errors.md')).toBe(await errorReference())
  })

  it('docs/errors.md has every code of every folder', () => {
    const page = read('docs/errors.md')
    const codes = [
      accessReportErrors,
      rehearseErrors,
      auditErrors,
      catalogErrors,
      auditCommandErrors,
      checkErrors,
      configErrors,
      explainErrors,
      gatewayErrors,
      iamErrors,
      issuerErrors,
      keysErrors,
      kmsErrors,
      localAwsErrors,
      oidcErrors,
      accessTokenErrors,
      cognitoErrors,
      pullErrors,
      samlErrors,
      startErrors,
      storeErrors,
      stsErrors,
      revokeErrors,
      trustPolicyErrors,
      webErrors,
    ].flatMap(Object.keys)
    expect(codes.filter((code) => !page.includes(`- \`${code}\`: `))).toEqual([])
  })

  it('docs/providers/README.md is current', () => {
    expect(read('docs/providers/README.md')).toBe(providerReference())
  })

  it('docs/checks.md is current', () => {
    expect(read('docs/checks.md')).toBe(checkReference())
  })

  it('docs/condition-keys.md is current', () => {
    expect(read('docs/condition-keys.md')).toBe(conditionKeyReference())
  })

  it('docs/trust-policies.md is current', () => {
    expect(read('docs/trust-policies.md')).toBe(trustPolicyReference())
  })

  it('docs/providers/saml.md is current', () => {
    expect(read('docs/providers/saml.md')).toBe(samlPresetReference())
  })

  it('the smallest configuration of the page works', () => {
    const [, smallest = ''] = /```yaml\n(baseUrl:[^`]*)```/.exec(read('docs/configuration.md')) ?? []
    const env = { SESSION_SECRET: 'x'.repeat(32), GOOGLE_SECRET: 'secret' }
    const config = parseConfig(smallest, { file: 'fedgate.yaml', env, readFile: () => '', aws: awsFacts })
    expect(config.providers).toHaveLength(1)
  })
})
