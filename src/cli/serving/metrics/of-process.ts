import { type MetricValues, textOf, valuesOf } from '../../../gateway/metrics/exposition.ts'
import { type GaugePorts, updateGauges } from '../../../gateway/metrics/gauges.ts'
import { createInstruments, type Instruments } from '../../../gateway/metrics/instruments.ts'
import { VERSION } from '../../../web/pages.ts'

/** What is measured at a scrape. */
export interface Measured {
  readonly gateway: GaugePorts
  /** As PEM. */
  readonly tlsCertificate: string | undefined
}

/** The metrics of this process, over all its configurations. */
export interface ProcessMetrics {
  readonly instruments: Instruments
  /** As Prometheus reads them. */
  text(): Promise<string>
  values(): Promise<MetricValues>
}

/** `current`: what serves now. */
export function createProcessMetrics(current: () => Measured): ProcessMetrics {
  const instruments = createInstruments()
  instruments.build.set({ version: VERSION }, 1)
  const update = (): Promise<void> => {
    const { gateway, tlsCertificate } = current()
    return updateGauges(gateway, instruments, tlsCertificate)
  }
  return {
    instruments,
    text: async () => {
      await update()
      return textOf(instruments)
    },
    values: async () => {
      await update()
      return valuesOf(instruments)
    },
  }
}
