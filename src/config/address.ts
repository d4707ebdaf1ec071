/** Whether a URL's host is this machine: `localhost`, 127.0.0.0/8 or ::1. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)

/** undefined for what is no http or https URL, or has a user or password in it. */
export const parseWebUrl = (text: string): URL | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && url.username === '' && url.password === '' ? url : undefined
}

/** https anywhere, http on this machine only. */
export const isSafeUrl = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url)

/** A text that is meant as an address and not as a path. */
export const looksLikeUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
