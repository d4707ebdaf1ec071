/**
 * One server of the benchmark `server`, in a process of its own: `gateway CONFIG`, `floor` or `passport CERTIFICATE`, and
 * a port. Says when it listens, and its CPU time when asked.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Profile, VerifiedCallback } from '@node-saml/passport-saml'
import express, { type Express } from 'express'
import type { Strategy as PassportStrategy } from 'passport'
import { parties } from './saml-messages.ts'

const [kind = '', port = '', file = ''] = process.argv.slice(2)

/** The least that a POST endpoint does with Express: reads a form and redirects. */
const floor = (): Express => {
  const app = express()
  app.post('/acs', express.urlencoded({ extended: false }), (request, response) => {
    if (typeof request.body.SAMLResponse !== 'string') throw new Error('no form')
    response.redirect(303, '/roles')
  })
  return app
}

/** passport-saml as its documentation sets it up: one POST validates and signs in. */
const passportSaml = async (certificate: string): Promise<Express> => {
  const [{ Strategy }, { default: session }, { default: passport }] = await Promise.all([
    import('@node-saml/passport-saml'),
    import('express-session'),
    import('passport'),
  ])
  const app = express()
  // Both packages bring their own types of Express.
  passport.use(
    new Strategy(
      {
        idpCert: certificate,
        idpIssuer: parties.idp,
        issuer: parties.sp,
        audience: parties.sp,
        callbackUrl: parties.acs,
        wantAssertionsSigned: true,
        wantAuthnResponseSigned: false,
      },
      (profile: Profile | null, done: VerifiedCallback) => done(null, profile ? { ...profile } : undefined),
      (_profile: Profile | null, done: VerifiedCallback) => done(null),
    ) as unknown as PassportStrategy,
  )
  passport.serializeUser((user, done) => done(null, user))
  app.use(express.urlencoded({ extended: false }))
  app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.post('/acs', passport.authenticate('saml'), (_request, response) => response.redirect(303, '/roles'))
  return app
}

const start = async (): Promise<void> => {
  if (kind === 'gateway') {
    const [{ startGateway }, { readConfig }, { openLog }] = await Promise.all([
      import('../src/cli/gateway-server.ts'),
      import('../src/cli/load-config.ts'),
      import('../src/cli/log.ts'),
    ])
    const config = await readConfig(file, process.env)
    await startGateway(config, { stdout: process.stdout, log: openLog(process.stderr), now: () => new Date() })
    return
  }
  const app = kind === 'floor' ? floor() : await passportSaml(readFileSync(file, 'utf8'))
  // The load generator's connections wait while others have their turn.
  const server = createServer({ keepAliveTimeout: 600_000 }, app)
  await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve))
}

await start()
process.send?.({ listens: true })
process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => process.exit())
