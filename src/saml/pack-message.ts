import type * as Samlify from 'samlify'
import type { Signer } from '../core/keys.ts'
import { RSA_SHA256 } from '../xml/algorithms.ts'
import { signEnveloped } from '../xml/sign.ts'
import { type Markup, render } from '../xml/write.ts'
import type { Binding, MessageParameter } from './bindings.ts'
import { BINDING_POST, BINDING_REDIRECT } from './names.ts'

/** A message of ours, for the URL in its Destination. */
export interface MessageToSend {
  readonly parameter: MessageParameter
  /** The ID of its root. */
  readonly id: string
  readonly markup: Markup
  readonly destination: string
  readonly relayState?: string
}

/** A message to send: the URL to redirect to, or the form to post. */
export type Outgoing =
  | { readonly binding: 'redirect'; readonly url: string }
  | { readonly binding: 'post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }

interface Packer {
  /** The redirect's URL, or the form field's value. */
  pack(message: Omit<MessageToSend, 'markup'>, xml: string, binding: Binding): string
}

/** Destinations come from metadata; a federation has thousands. */
const MOST_PEERS = 1000

let loading: Promise<Packer> | undefined

/**
 * Encodes the message for its binding, signed if there is a signer: RSA with SHA-256, over the query or enveloped.
 * samlify encodes; signatures are ours, because a signer may be another machine. Bindings 3.4.4, 3.5.4
 */
export async function packMessage(
  message: MessageToSend,
  binding: Binding,
  signer: Signer | undefined,
): Promise<Outgoing> {
  return binding === 'redirect' ? packRedirect(message, signer) : packForm(message, signer)
}

async function packRedirect(message: MessageToSend, signer: Signer | undefined): Promise<Outgoing> {
  const url = (await packer()).pack(message, render(message.markup), 'redirect')
  if (!signer) return { binding: 'redirect', url }
  const separatorLength = 1
  const query = `${url.slice(message.destination.length + separatorLength)}&SigAlg=${encodeURIComponent(RSA_SHA256)}`
  const signature = Buffer.from(await signer.sign(Buffer.from(query, 'latin1'))).toString('base64')
  const signed = `${url}&SigAlg=${encodeURIComponent(RSA_SHA256)}&Signature=${encodeURIComponent(signature)}`
  return { binding: 'redirect', url: signed }
}

/** Loaded at the first message: the library is large, and a gateway at rest sends none. */
function packer(): Promise<Packer> {
  loading ??= import('samlify').then(packingWith)
  return loading
}

function packingWith(samlify: Pick<typeof Samlify, 'ServiceProvider' | 'IdentityProvider'>): Packer {
  // No message contains these parties: samlify requires both, and reads their metadata with XPath, which for each message
  // would cost more than the rest of a login.
  const sender = samlify.ServiceProvider({
    entityID: 'urn:sender',
    authnRequestsSigned: false,
    assertionConsumerService: [{ Binding: BINDING_POST, Location: 'urn:sender' }],
  })
  const peers = new Map<string, ReturnType<typeof samlify.IdentityProvider>>()
  const peerAt = (destination: string) => {
    const known = peers.get(destination)
    if (known) return known
    const services = [BINDING_REDIRECT, BINDING_POST].map((Binding) => ({ Binding, Location: destination }))
    const peer = samlify.IdentityProvider({
      entityID: 'urn:peer',
      wantAuthnRequestsSigned: false,
      singleSignOnService: services,
      singleLogoutService: services,
    })
    if (peers.size >= MOST_PEERS) peers.clear()
    peers.set(destination, peer)
    return peer
  }
  return {
    pack: ({ parameter, id, destination, relayState = '' }, xml, binding) => {
      const peer = peerAt(destination)
      const options = { relayState, customTagReplacement: () => ({ id, context: xml }) }
      const { context } =
        parameter === 'SAMLRequest'
          ? sender.createLoginRequest(peer, binding, options)
          : sender.createLogoutResponse(peer, { extract: {} }, binding, options)
      return context
    },
  }
}

async function packForm(message: MessageToSend, signer: Signer | undefined): Promise<Outgoing> {
  const { parameter, id, markup, destination, relayState } = message
  const plain = render(markup)
  const xml = signer ? await signEnveloped(plain, { id, after: 'Issuer', signer }) : plain
  const fields = {
    [parameter]: (await packer()).pack(message, xml, 'post'),
    ...(relayState !== undefined && { RelayState: relayState }),
  }
  return { binding: 'post', action: destination, fields }
}
