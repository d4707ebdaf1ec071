// Preloaded into a gateway under flood (node --expose-gc --import): at each message, what is left after a collection.
process.on('message', () => {
  globalThis.gc()
  setImmediate(() => {
    globalThis.gc()
    const { rss, heapUsed, external } = process.memoryUsage()
    process.send({ rss, kept: heapUsed + external })
  })
})
process.channel.unref()
