import type { FetchJson } from './fetch-json.ts'

/** Other origins for those of providers, with an optional path: for tests without the internet. */
export type StandIns = Readonly<Record<string, string>>

/** Fetches from the stand-in of an origin, if it has one. What the document says about itself stays as it is. */
export function throughStandIns(fetchJson: FetchJson, standIns: StandIns): FetchJson {
  const places = Object.entries(standIns).map(([origin, url]) => [`${origin}/`, `${url.replace(/\/$/, '')}/`] as const)
  return (url, thumbprints) => {
    const [origin, place] = places.find(([known]) => url.startsWith(known)) ?? ['', '']
    return fetchJson(`${place}${url.slice(origin.length)}`, thumbprints)
  }
}
