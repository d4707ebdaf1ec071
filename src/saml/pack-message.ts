import { deflateRawSync } from 'node:zlib'
import type { Signer } from '../core/keys.ts'
import { RSA_SHA256 } from '../xml/algorithms.ts'
import { signEnveloped } from '../xml/sign.ts'
import { type Markup, render } from '../xml/write.ts'
import type { Binding, MessageParameter } from './bindings.ts'

/** A message of ours, for the address that stands in it as its Destination. */
export interface MessageToSend {
  readonly parameter: MessageParameter
  /** The ID of its root. */
  readonly id: string
  readonly markup: Markup
  readonly destination: string
  readonly relayState?: string
}

/** A message on its way: where the browser goes, or the form that it posts. */
export type Outgoing =
  | { readonly binding: 'redirect'; readonly url: string }
  | { readonly binding: 'post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }

/** Signs the message and packs it for its way: RSA with SHA-256, over the query or enveloped. Bindings 3.4.4, 3.5.4 */
export const packMessage = async (message: MessageToSend, binding: Binding, signer: Signer): Promise<Outgoing> =>
  binding === 'redirect' ? packRedirect(message, signer) : packForm(message, signer)

const packRedirect = async (message: MessageToSend, signer: Signer): Promise<Outgoing> => {
  const { parameter, markup, destination, relayState } = message
  const packed = deflateRawSync(Buffer.from(render(markup), 'utf8')).toString('base64')
  const pairs = [
    [parameter, packed],
    ...(relayState === undefined ? [] : [['RelayState', relayState]]),
    ['SigAlg', RSA_SHA256],
  ]
  const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')
  const signature = Buffer.from(await signer.sign(Buffer.from(query, 'latin1'))).toString('base64')
  const separator = destination.includes('?') ? '&' : '?'
  return {
    binding: 'redirect',
    url: `${destination}${separator}${query}&Signature=${encodeURIComponent(signature)}`,
  }
}

const packForm = async (message: MessageToSend, signer: Signer): Promise<Outgoing> => {
  const { parameter, id, markup, destination, relayState } = message
  const signed = await signEnveloped(render(markup), { id, after: 'Issuer', signer })
  const fields = {
    [parameter]: Buffer.from(signed, 'utf8').toString('base64'),
    ...(relayState !== undefined && { RelayState: relayState }),
  }
  return { binding: 'post', action: destination, fields }
}
