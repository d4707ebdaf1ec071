/** The zone in which it is that hour of the day now. The sign of the `Etc/GMT` zones is turned round. */
export const zoneAtHour = (hour: number): string => {
  const hours = ((hour - new Date().getUTCHours() + 12 + 24) % 24) - 12
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}
