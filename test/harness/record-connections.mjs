// Preloaded into a gateway under test (node --import): writes every outgoing connection and every name that is looked
// up to the file in RECORD_CONNECTIONS, one a line, before anything of the gateway is loaded.
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const file = process.env.RECORD_CONNECTIONS ?? ''
const record = (line) => appendFileSync(file, `${line}\n`)

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  // net.connect hands its arguments on as one normalized array.
  const [options] = Array.isArray(args[0]) ? args[0] : args
  if (typeof options === 'object' && options !== null && options.path === undefined)
    record(`connect ${options.host ?? 'localhost'}:${options.port}`)
  return connect.apply(this, args)
}

const lookupOf = (original) =>
  function (name, ...rest) {
    record(`lookup ${name}`)
    return original.call(this, name, ...rest)
  }
dns.lookup = lookupOf(dns.lookup)
dns.promises.lookup = lookupOf(dns.promises.lookup)
for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveSrv', 'resolveTxt']) {
  dns[name] = lookupOf(dns[name])
  dns.promises[name] = lookupOf(dns.promises[name])
}
syncBuiltinESMExports()
