/** The manifests against the schemas of Kubernetes: values by its validators, names of fields by its types. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../src/cli/load-config.ts'
import { ROOT } from '../setup/built.ts'
import { readRoot, run } from './built-copies.ts'

// biome-ignore lint/suspicious/noExplicitAny: the validator decides what it may be.
type ModelConstructor = new (data: any) => { validate(): void }

interface Manifest {
  readonly apiVersion: string
  readonly kind: keyof typeof models
  readonly metadata: { readonly name: string }
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own, which the types of Kubernetes check.
  readonly spec: any
}

const models = {
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
}

const manifestAt = async (file: string): Promise<Manifest> => parse(await readRoot(`deploy/kubernetes/${file}`))

const kustomization = parse(await readRoot('deploy/kubernetes/kustomization.yaml'))
const files: readonly string[] = kustomization.resources
const manifests = new Map(await Promise.all(files.map(async (file) => [file, await manifestAt(file)] as const)))

const moduleOf = ({ apiVersion }: Manifest): string => `kubernetes-models/${apiVersion}`

/** What the compiler says about them: a field that Kubernetes does not know would be ignored there. */
const typeErrors = async (objects: readonly Manifest[]): Promise<string> => {
  const folder = await mkdtemp(join(ROOT, 'test/.work/kubernetes-'))
  try {
    const source = objects.map(
      (object, n) =>
        `import type { I${object.kind} as T${n} } from '${moduleOf(object)}'\nexport const v${n}: T${n} = ${JSON.stringify(object)}\n`,
    )
    const file = join(folder, 'manifests.ts')
    await writeFile(file, source.join(''))
    const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--types', '', '--module', 'nodenext']
    return await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, file]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const deployment = manifests.get('deployment.yaml') as Manifest
const { spec: pod } = deployment.spec.template
const [container] = pod.containers

describe('the Kubernetes manifests', { timeout: 60_000 }, () => {
  it.each([...manifests])('%s has the values that its schema allows', (_, manifest) => {
    const Model: ModelConstructor = models[manifest.kind]
    expect(() => new Model(manifest).validate()).not.toThrow()
  })

  it('no manifest has a field that its kind does not know', async () => {
    expect(await typeErrors([...manifests.values()])).toBe('')
    const misspelled = { ...deployment, spec: { ...deployment.spec, replica: 2 } }
    expect(await typeErrors([misspelled])).toContain(`'"replica"' does not exist`)
  })

  it('every selector selects the pods of the deployment, and no port is named that they do not have', () => {
    const { labels } = deployment.spec.template.metadata
    const selectors = [
      deployment.spec.selector.matchLabels,
      manifests.get('service.yaml')?.spec.selector,
      manifests.get('poddisruptionbudget.yaml')?.spec.selector.matchLabels,
      manifests.get('networkpolicy.yaml')?.spec.podSelector.matchLabels,
      pod.topologySpreadConstraints[0].labelSelector.matchLabels,
    ]
    for (const selector of selectors) expect(labels).toEqual(selector)
    const ports: readonly string[] = container.ports.map(({ name }: { name: string }) => name)
    const named = [
      container.livenessProbe.httpGet.port,
      container.readinessProbe.httpGet.port,
      container.startupProbe.httpGet.port,
      manifests.get('service.yaml')?.spec.ports[0].targetPort,
      ...(manifests.get('networkpolicy.yaml')?.spec.ingress ?? []).map(
        ({ ports: [allowed] }: { ports: readonly { port: string }[] }) => allowed?.port,
      ),
    ]
    expect(named.filter((port) => !ports.includes(port))).toEqual([])
    expect(manifests.get('horizontalpodautoscaler.yaml')?.spec.scaleTargetRef).toEqual({
      apiVersion: deployment.apiVersion,
      kind: 'Deployment',
      name: deployment.metadata.name,
    })
  })

  it('the pods may do nothing that the gateway does not need', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(pod.automountServiceAccountToken).toBe(false)
    expect(deployment.spec.replicas).toBe(2)
    expect(manifests.get('poddisruptionbudget.yaml')?.spec.minAvailable).toBe(1)
  })

  it('the configuration is read without a problem, on the ports that the manifests name', async () => {
    const env = { SESSION_SECRET: 'only for tests, and long enough for them', REDIS_URL: 'rediss://redis:6379' }
    const config = await readConfig(join(ROOT, 'deploy/kubernetes/fedgate.yaml'), env, 'offline')
    expect(config.listen.port).toBe(container.ports[0].containerPort)
    const mounted: readonly string[] = container.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)
    expect(mounted).toEqual(
      expect.arrayContaining(['/etc/fedgate/fedgate.yaml', '/etc/fedgate/keys', '/etc/fedgate/state']),
    )
  })
})
