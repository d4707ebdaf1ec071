// Exits with 0 if the gateway of this container answers. An image's HEALTHCHECK runs it.
const url = process.env.FEDGATE_HEALTH_URL ?? 'http://127.0.0.1:8080/healthz'
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  if (!response.ok) throw new Error(`status ${response.status}`)
} catch (error) {
  process.stderr.write(`${url}: ${error.cause?.message ?? error.message}\n`)
  process.exitCode = 1
}
