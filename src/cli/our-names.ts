import type { OurNames } from '../access/role-trust.ts'
import type { Config } from '../config/types.ts'
import { acsUrl } from '../gateway/providers.ts'
import { samlIssuerEntityId } from '../issuer/saml-assertion.ts'

/** The gateway's own names, as they stand in trust policies. */
export const ourNames = ({ baseUrl }: Pick<Config, 'baseUrl'>): OurNames => ({
  entityId: samlIssuerEntityId(baseUrl),
  acsUrl: (id) => acsUrl(baseUrl, id),
})
