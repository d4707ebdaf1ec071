/** Tokens as well-known issuers make them: the claims of each shape, for what a test asks. */
import { randomUUID } from 'node:crypto'
import type { Parameters } from '../query/parameters.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface Shape {
  /** The issuer, as IAM must have it registered. */
  issuer(asked: Parameters): string
  audience: string
  /** Seconds. */
  life: number
  /** All but `iss`, `aud` and the times. */
  claims(asked: Parameters): Claims
  /** What may be asked for. */
  readonly parameters: readonly string[]
}

const GITHUB = 'https://token.actions.githubusercontent.com'
const STS = 'sts.amazonaws.com'

/** A workflow run of GitHub Actions: "About security hardening with OpenID Connect", the standard claims. */
const githubActions: Shape = {
  issuer: () => GITHUB,
  audience: STS,
  life: 300,
  parameters: ['repository', 'ref', 'environment', 'workflow', 'actor', 'event_name', 'job_workflow_ref', 'sub'],
  claims: (asked) => {
    const repository = asked.get('repository') ?? 'octo-org/octo-repo'
    const ref = asked.get('ref') ?? 'refs/heads/main'
    const environment = asked.get('environment')
    const workflow = asked.get('workflow') ?? 'deploy'
    const workflowRef = `${repository}/.github/workflows/${workflow}.yml@${ref}`
    const sha = '0123456789abcdef0123456789abcdef01234567'
    const context = environment === undefined ? `ref:${ref}` : `environment:${environment}`
    return {
      jti: randomUUID(),
      sub: asked.get('sub') ?? `repo:${repository}:${context}`,
      ref,
      ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
      sha,
      repository,
      repository_owner: repository.split('/')[0],
      repository_id: '74',
      repository_owner_id: '65',
      repository_visibility: 'private',
      run_id: '1234567890',
      run_number: '10',
      run_attempt: '1',
      runner_environment: 'github-hosted',
      actor: asked.get('actor') ?? 'octocat',
      actor_id: '12',
      workflow,
      workflow_ref: workflowRef,
      workflow_sha: sha,
      job_workflow_ref: asked.get('job_workflow_ref') ?? workflowRef,
      job_workflow_sha: sha,
      head_ref: '',
      base_ref: '',
      event_name: asked.get('event_name') ?? 'push',
      ...(environment === undefined ? {} : { environment }),
    }
  },
}

/** A projected token of a service account, as IAM roles for service accounts (IRSA) use it. */
const eks: Shape = {
  issuer: (asked) =>
    asked.get('issuer') ?? 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
  audience: STS,
  life: 86_400,
  parameters: ['issuer', 'namespace', 'service_account', 'pod'],
  claims: (asked) => {
    const namespace = asked.get('namespace') ?? 'default'
    const name = asked.get('service_account') ?? 'default'
    return {
      jti: randomUUID(),
      sub: `system:serviceaccount:${namespace}:${name}`,
      'kubernetes.io': {
        namespace,
        pod: { name: asked.get('pod') ?? `${name}-0`, uid: '49573af2-9e59-4c35-9a1d-3d3b1f3f9c1c' },
        serviceaccount: { name, uid: '65a1b6a5-7c0a-4e4c-9c1a-6d1e6c6e1f55' },
      },
    }
  },
}

/** A JWT-SVID, whose issuer is what SPIRE's OIDC discovery provider publishes. SPIFFE JWT-SVID 3 */
const spiffe: Shape = {
  issuer: (asked) => asked.get('issuer') ?? `https://oidc-discovery.${trustDomain(asked)}`,
  audience: STS,
  life: 300,
  parameters: ['issuer', 'trust_domain', 'path'],
  claims: (asked) => ({ sub: `spiffe://${trustDomain(asked)}${asked.get('path') ?? '/ns/default/sa/default'}` }),
}

function trustDomain(asked: Parameters): string {
  return asked.get('trust_domain') ?? 'example.org'
}

export const shapes: ReadonlyMap<string, Shape> = new Map([
  ['github-actions', githubActions],
  ['eks', eks],
  ['spiffe', spiffe],
])
