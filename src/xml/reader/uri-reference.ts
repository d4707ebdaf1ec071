const PERCENT = '%[0-9A-Fa-f]{2}'
const of = (more: string): string => `(?:[-.\\w~!$&'()*+,;=${more}]|${PERCENT})*`
const AUTHORITY = `//(?:${of(':')}@)?${of('')}(?::[0-9]{1,5})?(?:/${of(':@/')})?`
const PATH = `(?!//)${of(':@/')}`
const RELATIVE_PATH = `(?!//)${of('@')}(?:/${of(':@/')})?`
const URI_REFERENCE = new RegExp(
  `^(?:[A-Za-z][-+.0-9A-Za-z]*:(?:${AUTHORITY}|${PATH})|${AUTHORITY}|${RELATIVE_PATH})` +
    `(?:\\?${of(':@/?')})?(?:#${of(':@/?')})?$`,
)

/**
 * Whether a text is a URI or a relative reference, as a namespace name must be: RFC 3986, 4.1. Addresses in brackets are
 * not: they name no namespace.
 */
export function isUriReference(text: string): boolean {
  return URI_REFERENCE.test(text)
}
