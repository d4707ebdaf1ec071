/**
 * saml owns the SAML 2.0 protocol, pure: values and `now` in, values out; no network, no store, no session, no
 * configuration. It does not know AWS: issuer/ uses issue.ts with values of its own for AWS. Start at
 * response/validate.ts, the one strict pass from an untrusted form to a VerifiedAssertion, and at response/checks.ts,
 * the list of checks. This file has the names that the standard defines.
 */
export const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'
export const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata'

export const BINDING_REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
export const BINDING_POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'

/** Core 3.2.2.2 */
export const STATUS_SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
export const STATUS_NO_PASSIVE = 'urn:oasis:names:tc:SAML:2.0:status:NoPassive'
export const STATUS_AUTHN_FAILED = 'urn:oasis:names:tc:SAML:2.0:status:AuthnFailed'
export const STATUS_NO_AUTHN_CONTEXT = 'urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext'
export const STATUS_REQUEST_DENIED = 'urn:oasis:names:tc:SAML:2.0:status:RequestDenied'
export const STATUS_RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder'
export const STATUS_UNKNOWN_PRINCIPAL = 'urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal'
export const STATUS_PARTIAL_LOGOUT = 'urn:oasis:names:tc:SAML:2.0:status:PartialLogout'

/** Core 3.7.3 */
export const LOGOUT_BY_USER = 'urn:oasis:names:tc:SAML:2.0:logout:user'

/** Profiles 3.3 */
export const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

/** Core 8.2 */
export const ATTRNAME_UNSPECIFIED = 'urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified'
export const ATTRNAME_URI = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'

export const AUTHN_CONTEXT_UNSPECIFIED = 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified'
